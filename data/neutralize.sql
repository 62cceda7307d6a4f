-- A copy of the database must not reach the real tenant: no secret, no synchronisation.
DELETE FROM microsoft_booking_credential;
UPDATE microsoft_booking_settings SET state = 'draft' WHERE cloud <> 'sandbox';
