-- How urgent a message is: 1 answers a moderator, 0 somebody else, -1 nobody asked for.
alter table outbox add column class smallint not null default 0;
-- Replies of which nobody knows whether they were said, until chat shows them.
create index on outbox (creator_id, finished_at) where state = 'unknown';

---- create above / drop below ----
drop index outbox_creator_id_finished_at_idx;
alter table outbox drop column class;
