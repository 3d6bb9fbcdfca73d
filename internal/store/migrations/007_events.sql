-- What an event is about, and what was written before its reader came.
alter table chat_events
    add column target  text    not null default '', -- id of a message, a user or a broadcast, as kind says
    add column history boolean not null default false;

-- What became of a message or a user: deletions and bans by whom they are about.
create index on chat_events (platform, target) where target <> '';

---- create above / drop below ----
drop index chat_events_platform_target_idx;
alter table chat_events drop column target, drop column history;
