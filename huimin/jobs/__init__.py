"""Work that outlives a request: told in the database, done beside the requests, cancelled whole."""
