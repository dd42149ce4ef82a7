-- Resumes are files of another shape.
alter table file add column kind text not null default 'file';
