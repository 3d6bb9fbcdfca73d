-- Polls, tallies and scoreboards. What counts are rows with their moments, only ever
-- added: a result, also that of a past moment, follows from them. The sums beside
-- the definitions are kept by triggers, so that reading all results does not take a
-- look at every vote there ever was. Whoever adds rows notifies streamsuites_export.

-- Pages print identifiers as they are. Rows that refer to others need no check.
create domain board_ident as text collate "C" check (value ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$');
create domain board_creator as text collate "C" check (value ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$');

create table polls (
    poll_id      board_ident   primary key,
    creator_id   board_creator not null,
    creator      text          not null,             -- as shown
    question     text          not null,
    vote_trigger text          not null default '',  -- what a vote begins with in chat
    chart_type   text          not null default 'bar' check (chart_type in ('bar', 'pie')),
    summary      text          not null default '',
    state        text          not null default 'draft' check (state in ('draft', 'open', 'closed', 'archived')),
    public       boolean       not null default true,
    created_at   timestamptz   not null default now(),
    updated_at   timestamptz   not null default now(), -- of the definition or the state
    opened_at    timestamptz,
    closed_at    timestamptz
);
create index on polls (created_at desc, poll_id);
create index on polls (creator_id) where state = 'open';

create table poll_options (
    poll_id   board_ident not null references polls on delete cascade,
    option_id board_ident not null,
    position  integer     not null, -- options are numbered from 1
    label     text        not null,
    votes     bigint      not null default 0, -- rows of poll_votes
    voted_at  timestamptz,                    -- the newest of them
    primary key (poll_id, option_id),
    unique (poll_id, position)
) with (fillfactor = 50);

-- The first vote counts.
create table poll_votes (
    id        bigint      generated always as identity primary key,
    poll_id   text        collate "C" not null,
    option_id text        collate "C" not null,
    platform  text        collate "C" not null,
    voter_id  text        collate "C" not null, -- the platform's own id of the author; names are not kept
    voted_at  timestamptz not null,
    foreign key (poll_id, option_id) references poll_options on delete cascade,
    unique (poll_id, platform, voter_id)
);
create index on poll_votes (poll_id, option_id, voted_at);
create index on poll_votes (voted_at, id);

create table tallies (
    tally_id         board_ident   primary key,
    creator_id       board_creator not null,
    creator          text          not null, -- as shown
    label            text          not null,
    description      text          not null default '',
    aggregation_type text          not null default 'custom' check (aggregation_type in ('weekly', 'monthly', 'rolling', 'custom')),
    state            text          not null default 'active' check (state in ('active', 'paused', 'archived')),
    public           boolean       not null default true,
    created_at       timestamptz   not null default now(),
    updated_at       timestamptz   not null default now(), -- of the definition or the state
    count            bigint        not null default 0,     -- sum of tally_increments
    counted_at       timestamptz                           -- the newest of them
) with (fillfactor = 50);
create index on tallies (created_at desc, tally_id);

create table tally_categories (
    tally_id    board_ident not null references tallies on delete cascade,
    category_id board_ident not null,
    position    integer     not null,
    label       text        not null,
    primary key (tally_id, category_id),
    unique (tally_id, position)
);

-- What was counted wrongly is taken back by a negative increment.
create table tally_increments (
    id          bigint      generated always as identity primary key,
    tally_id    text        collate "C" not null references tallies on delete cascade,
    category_id text        collate "C", -- null for none
    delta       integer     not null,
    platform    text        collate "C" not null,
    counted_at  timestamptz not null,
    foreign key (tally_id, category_id) references tally_categories on delete cascade
);
create index on tally_increments (tally_id, counted_at);
create index on tally_increments (counted_at, id);

create table scoreboards (
    scoreboard_id board_ident   primary key,
    creator_id    board_creator not null,
    creator       text          not null, -- as shown
    title         text          not null,
    module_id     text          collate "C" not null default '', -- of the module that keeps the scores
    state         text          not null default 'active' check (state in ('active', 'paused', 'final')),
    public        boolean       not null default true,
    created_at    timestamptz   not null default now(),
    updated_at    timestamptz   not null default now(), -- of the definition or the state
    finalized_at  timestamptz
);
create index on scoreboards (created_at desc, scoreboard_id);

-- One entry is a viewer or a team. Points are taken back by a negative delta.
create table score_events (
    id            bigint      generated always as identity primary key,
    scoreboard_id text        collate "C" not null references scoreboards on delete cascade,
    entry_id      text        collate "C" not null,
    user_id       text        collate "C" not null default '', -- the platform's own id; empty for a team
    label         text        not null,                        -- the entry's name from now on
    delta         integer     not null,
    context       text        not null default '',
    platform      text        collate "C" not null,
    scored_at     timestamptz not null
);
create index on score_events (scoreboard_id, entry_id, scored_at);
create index on score_events (scored_at, id);

-- Sums of score_events.
create table score_entries (
    scoreboard_id text        collate "C" not null references scoreboards on delete cascade,
    entry_id      text        collate "C" not null,
    user_id       text        collate "C" not null,
    label         text        not null,
    score         bigint      not null,
    scored_at     timestamptz not null, -- the newest of them
    primary key (scoreboard_id, entry_id)
) with (fillfactor = 50);
create index on score_entries (scoreboard_id, score desc);

-- Which state a board came to be in and when.
create table board_states (
    id       bigint      generated always as identity primary key,
    kind     text        collate "C" not null, -- the table: polls, tallies, scoreboards
    board_id text        collate "C" not null,
    state    text        not null,
    at       timestamptz not null
);
create index on board_states (kind, board_id, at);

create function remember_board_state() returns trigger language plpgsql set search_path = streamsuites, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        delete from board_states where kind = tg_table_name and board_id = to_jsonb(old)->>tg_argv[0];
    elsif tg_op = 'INSERT' then
        insert into board_states (kind, board_id, state, at) values (tg_table_name, to_jsonb(new)->>tg_argv[0], new.state, new.created_at);
    elsif new.state <> old.state then
        insert into board_states (kind, board_id, state, at) values (tg_table_name, to_jsonb(new)->>tg_argv[0], new.state, new.updated_at);
    end if;
    return null;
end $$;
create trigger remember after insert or update of state or delete on polls for each row execute function remember_board_state('poll_id');
create trigger remember after insert or update of state or delete on tallies for each row execute function remember_board_state('tally_id');
create trigger remember after insert or update of state or delete on scoreboards for each row execute function remember_board_state('scoreboard_id');

-- Sums are locked in one order whoever counts, so that nobody waits in a circle.
create function count_votes() returns trigger language plpgsql set search_path = streamsuites, pg_temp as $$
begin
    perform from poll_options where (poll_id, option_id) in (select poll_id, option_id from changed)
    order by poll_id, option_id for no key update;
    update poll_options o set votes = o.votes + c.votes, voted_at = greatest(o.voted_at, c.voted_at)
    from (select poll_id, option_id, count(*) as votes, max(voted_at) as voted_at from changed group by poll_id, option_id) c
    where o.poll_id = c.poll_id and o.option_id = c.option_id;
    return null;
end $$;
create function uncount_votes() returns trigger language plpgsql set search_path = streamsuites, pg_temp as $$
begin
    perform from poll_options where (poll_id, option_id) in (select poll_id, option_id from changed)
    order by poll_id, option_id for no key update;
    update poll_options o set votes = o.votes - c.votes
    from (select poll_id, option_id, count(*) as votes from changed group by poll_id, option_id) c
    where o.poll_id = c.poll_id and o.option_id = c.option_id;
    return null;
end $$;
create trigger count after insert on poll_votes referencing new table as changed for each statement execute function count_votes();
create trigger uncount after delete on poll_votes referencing old table as changed for each statement execute function uncount_votes();

create function count_increments() returns trigger language plpgsql set search_path = streamsuites, pg_temp as $$
begin
    perform from tallies where tally_id in (select tally_id from changed) order by tally_id for no key update;
    update tallies t set count = t.count + c.delta, counted_at = greatest(t.counted_at, c.counted_at)
    from (select tally_id, sum(delta) as delta, max(counted_at) as counted_at from changed group by tally_id) c
    where t.tally_id = c.tally_id;
    return null;
end $$;
create trigger count after insert on tally_increments referencing new table as changed for each statement execute function count_increments();

create function count_scores() returns trigger language plpgsql set search_path = streamsuites, pg_temp as $$
begin
    insert into score_entries as e (scoreboard_id, entry_id, user_id, label, score, scored_at)
    select scoreboard_id, entry_id, (array_agg(user_id order by scored_at desc, id desc))[1],
        (array_agg(label order by scored_at desc, id desc))[1], sum(delta), max(scored_at)
    from changed group by scoreboard_id, entry_id order by scoreboard_id, entry_id
    on conflict (scoreboard_id, entry_id) do update set score = e.score + excluded.score, scored_at = greatest(e.scored_at, excluded.scored_at),
        user_id = case when excluded.scored_at >= e.scored_at then excluded.user_id else e.user_id end,
        label = case when excluded.scored_at >= e.scored_at then excluded.label else e.label end;
    return null;
end $$;
create trigger count after insert on score_events referencing new table as changed for each statement execute function count_scores();

---- create above / drop below ----
drop table board_states, score_entries, score_events, scoreboards, tally_increments, tally_categories, tallies, poll_votes, poll_options, polls;
drop function remember_board_state, count_votes, uncount_votes, count_increments, count_scores;
drop domain board_ident, board_creator;
