-- Who looks at chat as it happens: while nobody does, nothing of it is told. Rows
-- end by themselves, so nothing is lost with the table.
create unlogged table chat_watchers (
    watcher    text        collate "C" primary key,
    creator_id text        collate "C" not null, -- '' for every creator
    until      timestamptz not null
);

---- create above / drop below ----
drop table chat_watchers;
