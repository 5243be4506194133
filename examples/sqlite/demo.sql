-- sqlite3 -cmd '.load ./uytin_sqlite' :memory: < demo.sql
CREATE TABLE evidence AS
    SELECT json_extract(value, '$.subject') AS subject, value AS record
    FROM json_each('[' || replace(trim(CAST(readfile('../data/creators.jsonl') AS TEXT), char(10)), char(10), ',') || ']');

SELECT subject, uytin_score(json_group_array(json(record)), '2026-11-21') FROM evidence GROUP BY subject;

SELECT subject || ': ' || uytin_summary(json_group_array(json(record)), '2026-11-21') FROM evidence GROUP BY subject;

-- Who needs a person's look, and why.
SELECT subject, json_extract(reason.value, '$.code')
FROM (SELECT subject, uytin_assess(json_group_array(json(record)), '2026-11-21') AS assessment FROM evidence GROUP BY subject),
     json_each(assessment, '$.human_review.reasons') AS reason;

SELECT uytin_notice();
