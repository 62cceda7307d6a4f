-- A copy of the database must not reach the real tenant: no secret, no synchronisation.
DELETE FROM microsoft_booking_credential;
UPDATE microsoft_booking_settings SET state = 'draft' WHERE cloud <> 'sandbox';
UPDATE microsoft_booking_run r SET state = 'failed', cursor = NULL
  FROM microsoft_booking_settings s
 WHERE s.id = r.settings_id AND s.cloud <> 'sandbox'
   AND r.kind = 'sync' AND r.state IN ('queued', 'running', 'waiting', 'paused');
