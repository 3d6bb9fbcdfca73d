-- Access to the platforms, by account. Tokens are encrypted outside of the
-- database, which never sees a key.
create table account_tokens (
    platform           text        collate "C" not null,
    label              text        collate "C" not null,            -- '' is the account without one
    account_id         text        not null default '',             -- the platform's
    login              text        not null default '',
    display_name       text        not null default '',
    scopes             text[]      not null default '{}',           -- that were granted, as far as known
    key_id             text        not null default '',             -- of the key that both tokens lie under
    access_token       bytea       not null default '',             -- '' for none
    refresh_token      bytea       not null default '',
    expires_at         timestamptz,                                 -- of the access token; null when unknown
    consent_ends_at    timestamptz,                                 -- of the refresh token; null when unknown or never
    origin             text        not null check (origin in ('login', 'environment', 'file')),
    seed               text        not null default '',             -- hash of the configured tokens that were imported last
    granted_at         timestamptz not null,                        -- login, or import
    refreshed_at       timestamptz,                                 -- the last exchange that was kept
    generation         bigint      not null default 1,              -- one more with whatever replaces the tokens
    needs_login        boolean     not null default false,
    reason             text        not null default '',             -- for needs_login, without secrets
    refresh_by         text        not null default '',             -- who exchanges at the moment
    refresh_until      timestamptz,                                 -- the exchange is given up then
    refresh_started_at timestamptz,                                 -- of an exchange that has not ended
    doubtful_since     timestamptz,                                 -- of the generation's first exchange whose outcome nobody knows
    failures           integer     not null default 0,              -- exchanges in a row without an answer that counts
    retry_at           timestamptz,                                 -- none is tried before
    announced          bigint      not null default 0,              -- seconds before the end of which was warned last
    updated_at         timestamptz not null,
    primary key (platform, label)
);

---- create above / drop below ----
drop table account_tokens;
