"""A province adds up the closed months of its counties.

A county writes a closed month as one signed file (`month_file.py`) and hands it in; the province
verifies each against its list of counties and adds them (`adding_up.py`). It sees sums alone: no
person, no card and no receipt leaves a county.
"""
