-- How far live chats were read that can be read on from a place, by channel. A page
-- token is no secret.
create table chat_cursors (
    platform   text        collate "C" not null,
    channel    text        collate "C" not null,
    chat_id    text        not null, -- the platform's id of the broadcast's chat
    page_token text        not null, -- for what follows
    last_at    timestamptz not null, -- of the newest message before it
    updated_at timestamptz not null default now(),
    primary key (platform, channel)
) with (fillfactor = 50);

---- create above / drop below ----
drop table chat_cursors;
