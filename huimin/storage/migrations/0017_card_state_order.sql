-- Of the active cards, which are most, no list is read by their state; an index with them kept the planner from the
-- index of those that were never printed.
DROP INDEX card_by_state;
CREATE INDEX card_by_state ON card (state, id) WHERE state <> 'active';
