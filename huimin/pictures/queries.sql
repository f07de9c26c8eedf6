-- Every SQL statement about photos. Their content is in sealed files of the folder.

-- name: insert_picture!
INSERT INTO picture (id, width_pixels, height_pixels, size_bytes, sha256, sent_at)
VALUES (:id, :width_pixels, :height_pixels, :size_bytes, :sha256, :sent_at);

-- name: has_picture$
SELECT id FROM picture WHERE id = :id AND removed_at IS NULL;

-- name: remove_picture!
UPDATE picture SET removed_at = :now, sha256 = '' WHERE id = :id AND removed_at IS NULL;
