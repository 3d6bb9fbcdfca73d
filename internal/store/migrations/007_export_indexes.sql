-- The newest firings of all chats, which are looked for again and again.
create index decisions_fired on decisions (decided_at desc, creator_id, lane_seq desc, trigger_id)
    where outcome = 'fired' and message_id <> '' and platform <> 'operator';
-- The newest jobs of the ledger.
create index clip_jobs_newest on clip_jobs (created_at desc, job_id desc);

---- create above / drop below ----
drop index decisions_fired, clip_jobs_newest;
