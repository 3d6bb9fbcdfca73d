-- Where in its lane's sequence the lane learnt that a clip is cut and waits for a
-- destination: it is not at work then. Uploads that are deferred now wait as well.
alter table clips add column waits_seq bigint;
update clips set waits_seq = 0 from clip_uploads u
where u.clip_id = clips.clip_id and u.state = 'deferred' and clips.over_seq is null;

---- create above / drop below ----
delete from inbox where kind = 'clip_waits';
alter table clips drop column waits_seq;
