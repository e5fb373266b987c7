"""The views that `newsmonitor sql` knows beside the tables, as SQL. Pure."""

from dataclasses import fields

from newsmonitor.records import Match

_MATCH_COLUMNS = ", ".join(f'm."{field.name}"' for field in fields(Match))

MATCHES = f"""
create or replace view matches as
select story_id, day, {_MATCH_COLUMNS}
from (select story_id, day, unnest(matches) as m from stories)
"""

# A feed that has brought nothing for so long may be dead without failing.
_SILENT_DAYS = 14
# A muted feed is asked once a month; what was not asked for longer is no longer in the list.
_REMEMBERED_DAYS = 40

FEED_HEALTH = f"""
create or replace view feed_health as
with newest as (
    select * from polls where day >= (select max(day) from polls) - {_REMEMBERED_DAYS}
    qualify row_number() over (partition by feed_url order by polled_at desc) = 1
), holds as (
    select domain, max(hold_until) as hold_until from newest where domain is not null group by domain
), judged as (
    select newest.* exclude (hold_until), holds.hold_until,
        case
            when outcome = 'failed' and failure_class = 'gone' then 'muted'
            when outcome = 'failed' and failure_class = 'throttled' then 'slowed'
            when outcome = 'failed' then 'failing'
            when holds.hold_until > polled_at then 'slowed'
            when entry_count = 0 then 'empty'
            when last_new_at < polled_at - interval {_SILENT_DAYS} days then 'silent'
            else 'well'
        end as state
    from newest left join holds using (domain)
)
select feed_url, state,
    case
        when outcome = 'failed' then failing_since
        when state in ('empty', 'silent') then last_new_at
        when state = 'slowed' then polled_at
    end as since,
    concat_ws('; ',
        case
            when state = 'muted' then 'the server says that it is gone for good (HTTP 410)'
            when state = 'slowed' and outcome = 'failed' then 'the server asks us to slow down: ' || error
            when state = 'slowed' then 'another feed or page of ' || domain || ' was told to slow down'
            when state = 'failing' then error
            when state = 'empty' then 'answers, and has no entry'
            when state = 'silent' then 'answers, and has brought nothing new'
            else 'well'
        end,
        if(failure_count > 1, failure_count || ' times in a row', null),
        if(outcome <> 'failed', error, null),
        if(held_count > 0, held_count || ' old entries that came as new were held back', null),
        if(is_lying, 'its validators lie, so it is always asked in full', null),
        if(suggested_url is not null, 'put ' || suggested_url || ' into the feed list', null),
        'asked again after ' || strftime(greatest(next_poll_at, hold_until), '%Y-%m-%d %H:%M') || ' UTC'
    ) as words,
    failure_class, http_status, failure_count, entry_count, last_new_at, polled_at,
    greatest(next_poll_at, hold_until) as next_poll_at, suggested_url, domain
from judged
"""
