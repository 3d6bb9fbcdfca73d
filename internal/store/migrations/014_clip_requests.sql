-- Who asked for each clip: whoever had it made, and those who asked for the same
-- moment afterwards, each once.
create table clip_requests (
    clip_id    text        collate "C" not null references clips on delete cascade,
    user_key   text        collate "C" not null, -- '<platform>:<author id>', or 'operator:<name>'
    creator_id text        collate "C" not null,
    platform   text        not null,             -- 'operator' for operators
    channel    text        not null,
    message_id text        not null,             -- what the author said, or the id of an operator's request
    name       text        not null,             -- as shown
    asked_at   timestamptz not null,
    lane_seq   bigint      not null,             -- where it was decided; 0 for clips that were made before
    primary key (clip_id, user_key)
);
create index on clip_requests (creator_id, message_id);

insert into clip_requests (clip_id, user_key, creator_id, platform, channel, message_id, name, asked_at, lane_seq)
select clip_id, requested_by, creator_id, split_part(requested_by, ':', 1), channel, message_id, clipper, requested_at, 0 from clips;

---- create above / drop below ----
drop table clip_requests;
