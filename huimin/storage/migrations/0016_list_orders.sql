-- The list of cards is read by last day and by state, and the people are counted, from an index.
CREATE INDEX card_by_last_day ON card (expires_on, id);
CREATE INDEX card_by_state ON card (state, id);
CREATE INDEX holder_erased ON holder (id) WHERE erased_at IS NOT NULL;
