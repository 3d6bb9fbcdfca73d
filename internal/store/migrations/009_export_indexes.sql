-- Clips' ids compare by bytes, and so do references to them from now on: an index of
-- another order is of no use to who looks for the job or the history of each clip.
alter table clip_jobs alter column clip_id type text collate "C";
alter table clip_state_history alter column clip_id type text collate "C";

-- The newest firings of all chats, which are looked for again and again.
create index decisions_fired on decisions (decided_at desc, creator_id, lane_seq desc, trigger_id)
    where outcome = 'fired' and message_id <> '' and platform <> 'operator';
-- The newest jobs of the ledger.
create index clip_jobs_newest on clip_jobs (created_at desc, job_id desc);

---- create above / drop below ----
drop index decisions_fired, clip_jobs_newest;
alter table clip_jobs alter column clip_id type text;
alter table clip_state_history alter column clip_id type text;
