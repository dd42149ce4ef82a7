-- Job Ring. What is everybody's: the business, the program, the statuses, texts; each as its name says.
create table jr_setting (name text primary key, value text not null);
create table jr_token (id text primary key, name text not null, digest text not null, created_at bigint not null, used_at bigint);
create unique index jr_token_digest on jr_token (digest);

-- Jobs people can be referred to. The code stands in the link that is passed around.
create table jr_job (
  id text primary key, title text not null, location text not null, team text not null, work_type text not null, url text not null,
  manager_email text not null, open boolean not null, code text not null, changed_at bigint not null
);
create unique index jr_job_code on jr_job (code);

-- Referrals. Of a person who was forgotten only that there was a referral is left.
create table jr_referral (
  id text primary key, kind text not null, job text not null, name text not null, email text not null, phone text not null,
  linkedin text not null, relationship text not null, words text not null, resume_name text not null, resume_type text not null, resume_file text not null,
  referrer_name text not null, referrer_email text not null,
  status text not null, status_at bigint not null,
  sending text not null,             -- consent, waiting, sent, over
  trouble text not null, opportunity text not null, opportunity_url text not null,
  ineligible text not null,          -- why it earns nothing; empty: it may
  verdict text not null,             -- whose word that is: rules, owner, lever, hand
  page_digest text not null, page_sealed text not null, consent_digest text not null, consent_sealed text not null, consent_until bigint,
  removed_at bigint, created_at bigint not null
);
create index jr_referral_newest on jr_referral (created_at, id);
create index jr_referral_email on jr_referral (email);
create index jr_referral_sending on jr_referral (sending, created_at);
create index jr_referral_of on jr_referral (referrer_email, created_at);
create unique index jr_referral_page on jr_referral (page_digest);
create index jr_referral_consent on jr_referral (consent_digest);

-- Every change of status.
create table jr_change (id text primary key, referral text not null, status text not null, at bigint not null, because text not null);
create unique index jr_change_once on jr_change (referral, at, status);

-- What is to be paid: one for each referral and milestone. Amounts in hundredths.
create table jr_payout (
  id text primary key, referral text not null, milestone text not null, amount bigint not null, currency text not null,
  state text not null,               -- pending, eligible, approved, paid, void
  due_at bigint not null, why text not null, by_hand boolean not null, by_name text not null, changed_at bigint not null, created_at bigint not null
);
create unique index jr_payout_once on jr_payout (referral, milestone);
create index jr_payout_due on jr_payout (state, due_at);
