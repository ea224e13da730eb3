-- The policy of policy/schemes/reference.yaml by hand, with its values as in force on the day `as_of` of 2026.
-- In: a view per kind of record, `enterprise` and `releases`. Out: the tables `rating` and `trace`. Points are centipoints,
-- tiers 0 (A) to 4 (E). Not done here: the first day of the next change, titles, bases and the order of the trace.

CREATE OR REPLACE TEMP TABLE item (item TINYINT, id VARCHAR, section TINYINT, cap INTEGER);
INSERT INTO item VALUES
    (0, 'licence_revoked', 0, NULL), (1, 'detention', 0, NULL), (2, 'trade_restricted', 0, NULL),
    (3, 'licence_suspended', 0, NULL), (4, 'heavy_discretion', 0, NULL), (5, 'drug_fine', 0, NULL),
    (6, 'other_fine', 0, NULL), (7, 'confiscation', 0, NULL), (8, 'warning', 0, -3000),
    (9, 'person_barred', 0, -15000), (10, 'non_compliant', 1, NULL), (11, 'rectify_first', 1, NULL),
    (12, 'drug_critical_defects', 1, -16000), (13, 'other_critical_defects', 1, -12000),
    (14, 'major_defects', 1, -5000), (15, 'minor_defects', 1, -1000), (16, 'drug_sample_failed', 1, -18000),
    (17, 'device_sample_failed', 1, -13500), (18, 'cosmetic_sample_failed', 1, -10500),
    (19, 'serious_signal', 1, -9000), (20, 'verified_complaint', 1, -4000), (21, 'rectification_overdue', 1, -12000),
    (22, 'high_honour', 2, 3000), (23, 'local_honour', 2, 1600), (24, 'rectified_in_time', 2, 900),
    (25, 'voluntary_recall', 2, 1000), (26, 'credit_repaired', 2, 2000), (27, 'commitment_broken', 3, NULL),
    (28, 'commitment_partly_kept', 3, NULL), (29, 'commitment_kept', 2, 600);

CREATE OR REPLACE TEMP TABLE numbered AS
SELECT enterprise_id, row_number() OVER () AS key FROM enterprise;

-- What a repair or an early removal has released.
CREATE OR REPLACE TEMP TABLE released AS
SELECT DISTINCT record_kind, record_id FROM releases WHERE released_on <= getvariable('as_of');

-- Which records each item applies to, and their points before decay.
CREATE OR REPLACE TEMP TABLE hit AS
WITH found AS (
    SELECT enterprise_id, record_id, decided_on AS event_on,
        CASE WHEN revoked_on <= getvariable('as_of') THEN 'revoked' WHEN released.record_id IS NOT NULL THEN 'released' END
            AS withdrawn_by,
        act_no AS act, NULL::DATE AS expires_on,
        unnest(list_filter([
            CASE WHEN list_has_any(penalty_kinds, ['revoke_licence', 'revoke_business', 'close'])
                THEN {'item': 0, 'raw': -45000} END,
            CASE WHEN list_contains(penalty_kinds, 'detention') THEN {'item': 1, 'raw': -30000} END,
            CASE WHEN list_has_any(penalty_kinds, ['stop_order', 'restrict_trade', 'restrict_occupation'])
                THEN {'item': 2, 'raw': -20000} END,
            CASE WHEN list_has_any(penalty_kinds, ['suspend_licence', 'downgrade']) THEN {'item': 3, 'raw': -15000} END,
            CASE WHEN discretion = 'heavy' THEN {'item': 4, 'raw': -12000} END,
            CASE WHEN list_contains(penalty_kinds, 'fine') AND field = 'drug' AND fine_fen >= 1
                THEN {'item': 5, 'raw': CASE WHEN fine_fen >= 100000000 THEN -18000 WHEN fine_fen >= 20000000 THEN -10000
                    WHEN fine_fen >= 5000000 THEN -6000 WHEN fine_fen >= 1000000 THEN -4000 ELSE -2000 END} END,
            CASE WHEN list_contains(penalty_kinds, 'fine') AND (field <> 'drug' OR field IS NULL) AND fine_fen >= 1
                THEN {'item': 6, 'raw': CASE WHEN fine_fen >= 100000000 THEN -15000 WHEN fine_fen >= 20000000 THEN -7500
                    WHEN fine_fen >= 5000000 THEN -4500 WHEN fine_fen >= 1000000 THEN -3000 ELSE -1500 END} END,
            CASE WHEN list_has_any(penalty_kinds, ['confiscation_gains', 'confiscation_goods']) AND confiscated_fen >= 0
                THEN {'item': 7, 'raw': CASE WHEN confiscated_fen >= 10000000 THEN -9000
                    WHEN confiscated_fen >= 1000000 THEN -4500 ELSE -2500 END} END,
            CASE WHEN list_has_any(penalty_kinds, ['warning', 'criticism']) THEN {'item': 8, 'raw': -1000} END
        ], lambda x: x IS NOT NULL)) AS rule
    FROM penalty LEFT JOIN (FROM released WHERE record_kind = 'penalty') AS released USING (record_id)
    WHERE decided_on <= getvariable('as_of')
    UNION ALL
    SELECT enterprise_id, record_id, decided_on, NULL, NULL, ends_on, {'item': 9, 'raw': -6000}
    FROM person_ban WHERE decided_on <= getvariable('as_of')
    UNION ALL
    SELECT enterprise_id, record_id, inspected_on, NULL, NULL, NULL,
        unnest(list_filter([
            CASE WHEN conclusion = 'non_compliant' THEN {'item': 10, 'raw': -6000} END,
            CASE WHEN conclusion = 'rectify_first' THEN {'item': 11, 'raw': -1000} END,
            CASE WHEN critical_count > 0 AND field = 'drug' THEN {'item': 12, 'raw': -4000 * critical_count} END,
            CASE WHEN critical_count > 0 AND (field <> 'drug' OR field IS NULL)
                THEN {'item': 13, 'raw': -3000 * critical_count} END,
            CASE WHEN major_count > 0 THEN {'item': 14, 'raw': -500 * major_count} END,
            CASE WHEN minor_count > 0 THEN {'item': 15, 'raw': -50 * minor_count} END
        ], lambda x: x IS NOT NULL))
    FROM inspection WHERE inspected_on <= getvariable('as_of')
    UNION ALL
    SELECT enterprise_id, record_id, reported_on, NULL, NULL, NULL,
        CASE WHEN field = 'drug' THEN {'item': 16, 'raw': -6000} WHEN field = 'device' THEN {'item': 17, 'raw': -4500}
            ELSE {'item': 18, 'raw': -3500} END
    FROM sampling WHERE reported_on <= getvariable('as_of') AND result = 'unqualified'
        AND (field IN ('drug', 'device', 'cosmetic', 'other') OR field IS NULL)
    UNION ALL
    SELECT enterprise_id, record_id, occurred_on, NULL, NULL, NULL,
        CASE WHEN signal_type = 'recall' THEN {'item': 25, 'raw': 500} WHEN level = 'serious' THEN {'item': 19, 'raw': -3000}
            ELSE {'item': 20, 'raw': -800} END
    FROM signal WHERE occurred_on <= getvariable('as_of') AND is_verified
        AND (signal_type = 'recall' OR level = 'serious' OR signal_type IN ('complaint', 'public_opinion'))
    UNION ALL
    SELECT enterprise_id, record_id, ordered_on, NULL, NULL, NULL,
        CASE WHEN state = 'overdue' THEN {'item': 21, 'raw': -4000} ELSE {'item': 24, 'raw': 300} END
    FROM rectification WHERE ordered_on <= getvariable('as_of')
        AND (state = 'overdue' OR (state = 'completed' AND completed_on <= due_on))
    UNION ALL
    SELECT enterprise_id, record_id, awarded_on, NULL, NULL, valid_until_on,
        CASE WHEN level IN ('national', 'provincial') THEN {'item': 22, 'raw': 2000} ELSE {'item': 23, 'raw': 800} END
    FROM honour WHERE awarded_on <= getvariable('as_of') AND level IN ('national', 'provincial', 'municipal', 'county')
    UNION ALL
    SELECT enterprise_id, record_id, decided_on, NULL, NULL, NULL, {'item': 26, 'raw': 1000}
    FROM decision WHERE decided_on <= getvariable('as_of') AND decision_type = 'repair'
    UNION ALL
    SELECT enterprise_id, record_id, made_on, NULL, NULL, NULL,
        CASE state WHEN 'unfulfilled' THEN {'item': 27, 'raw': -4000} WHEN 'partly' THEN {'item': 28, 'raw': -1500}
            ELSE {'item': 29, 'raw': 200} END
    FROM commitment WHERE made_on <= getvariable('as_of') AND state IN ('unfulfilled', 'partly', 'fulfilled')
)
SELECT key, record_id, event_on, withdrawn_by, act, expires_on, rule.item::TINYINT AS item, rule.raw::INTEGER AS raw,
    CAST(CASE
        WHEN rule.item = 0 THEN event_on + INTERVAL 5 YEAR
        WHEN rule.item IN (1, 2, 3, 22) THEN event_on + INTERVAL 3 YEAR
        WHEN rule.item IN (8, 11, 14, 15, 20, 24, 25, 26, 29) THEN event_on + INTERVAL 1 YEAR
        WHEN rule.item = 19 THEN event_on + INTERVAL 18 MONTH
        WHEN rule.item = 21 THEN make_date(year(event_on) + 1, 12, 31)
        WHEN rule.item <> 9 THEN event_on + INTERVAL 2 YEAR
    END AS DATE) AS window_ends_on
FROM found JOIN numbered USING (enterprise_id);

-- Which records place in a tier, and until when (NULL: for ever).
CREATE OR REPLACE TEMP TABLE placement AS
WITH stop_order AS (
    SELECT enterprise_id, record_id, decided_on, CASE WHEN revoked_on <= getvariable('as_of') THEN 'revoked' END AS withdrawn_by
    FROM penalty WHERE decided_on <= getvariable('as_of') AND list_contains(penalty_kinds, 'stop_order')
), found AS (
    SELECT enterprise_id, record_id, 0 AS rule, 4 AS tier, decided_on AS event_on,
        CASE WHEN released.record_id IS NOT NULL THEN 'released' END AS withdrawn_by,
        CAST(decided_on + INTERVAL 3 YEAR AS DATE) AS holds_until
    FROM decision LEFT JOIN (FROM released WHERE record_kind = 'decision') AS released USING (record_id)
    WHERE decided_on <= getvariable('as_of') AND decision_type = 'list'
    UNION ALL
    SELECT enterprise_id, record_id, 1, 4, decided_on, CASE WHEN revoked_on <= getvariable('as_of') THEN 'revoked' END,
        CAST(decided_on + INTERVAL 3 YEAR AS DATE)
    FROM penalty WHERE decided_on <= getvariable('as_of')
        AND list_has_any(penalty_kinds, ['revoke_licence', 'revoke_business', 'close'])
    UNION ALL
    SELECT enterprise_id, record_id, 2, 3, decided_on, NULL, ends_on
    FROM person_ban WHERE decided_on <= getvariable('as_of')
    UNION ALL
    SELECT enterprise_id, record_id, 3, 3, decided_on, withdrawn_by, CAST(decided_on + INTERVAL 2 YEAR AS DATE)
    FROM stop_order AS one WHERE EXISTS (
        FROM stop_order AS other WHERE other.enterprise_id = one.enterprise_id AND other.record_id <> one.record_id
            AND other.withdrawn_by IS NULL AND other.decided_on <= one.decided_on
            AND other.decided_on + INTERVAL 1 YEAR >= one.decided_on)
)
SELECT key, found.* EXCLUDE enterprise_id FROM found JOIN numbered USING (enterprise_id);

-- Every day a tier is asked for: the present one, and for movement each adverse day not yet made good by clean years.
CREATE OR REPLACE TEMP TABLE ask AS
WITH unclean AS (
    SELECT key, event_on FROM hit WHERE raw < 0 AND withdrawn_by IS NULL
    UNION
    SELECT key, event_on FROM placement WHERE withdrawn_by IS NULL
), spans AS (
    SELECT *, lead(event_on, 1, getvariable('as_of')) OVER (PARTITION BY key ORDER BY event_on) AS until FROM unclean
), clean AS (
    SELECT *, year(until) - year(event_on) AS passed,
        greatest(0, passed - (event_on + to_years(passed::INTEGER) >= until)::INTEGER) AS years
    FROM spans
), credited AS (
    SELECT key, event_on AS day, sum(years) OVER (PARTITION BY key ORDER BY event_on DESC) AS credit FROM clean
), asked AS (
    SELECT key, day, credit::INTEGER AS credit FROM credited WHERE credit < 4 AND day < getvariable('as_of')
    UNION ALL
    SELECT key, getvariable('as_of'), NULL FROM numbered
)
SELECT *, row_number() OVER () AS ask FROM asked;

-- What of it counts on the day asked about, how much, and why the rest does not.
CREATE OR REPLACE TEMP TABLE judged AS
WITH asked AS (
    SELECT ask, hit.key, credit IS NULL AS is_present, item, record_id, act, event_on, raw,
        CASE
            WHEN item IN (5, 6) AND day > event_on + INTERVAL 18 MONTH THEN 40
            WHEN item IN (5, 6) AND day > event_on + INTERVAL 12 MONTH THEN 70
            WHEN item = 2 AND day > event_on + INTERVAL 2 YEAR THEN 50
            WHEN item IN (16, 17, 18) AND day > event_on + INTERVAL 1 YEAR THEN 50
            ELSE 100
        END AS percent,
        (sign(raw) * ((abs(raw) * percent + 50) // 100))::INTEGER AS worth,
        CASE WHEN withdrawn_by IS NOT NULL THEN withdrawn_by WHEN day > expires_on THEN 'expired'
            WHEN day > window_ends_on THEN 'aged_out' END AS stands_against
    FROM hit JOIN ask ON hit.key = ask.key AND hit.event_on <= ask.day
), contested AS (
    SELECT ask, item, record_id, row_number() OVER (PARTITION BY ask, act ORDER BY worth, item, record_id) AS place
    FROM asked WHERE act IS NOT NULL AND raw < 0 AND stands_against IS NULL
)
SELECT asked.* EXCLUDE (stands_against, percent, act),
    CASE WHEN contested.place > 1 THEN 'lighter_in_act' ELSE stands_against END AS reason,
    CASE WHEN reason IS NULL THEN worth ELSE 0 END AS points
FROM asked LEFT JOIN contested USING (ask, item, record_id);

-- Caps by item, accumulations, limits of the sections and of the whole.
CREATE OR REPLACE TEMP TABLE item_sum AS
WITH summed AS (
    SELECT ask, key, is_present, item, sum(points)::INTEGER AS points, count(*) AS hits
    FROM judged WHERE reason IS NULL GROUP BY ALL
)
SELECT summed.*, section, id,
    CASE WHEN cap < 0 THEN greatest(points, cap) WHEN cap > 0 THEN least(points, cap) ELSE points END - points AS beyond
FROM summed JOIN item USING (item);

CREATE OR REPLACE TEMP TABLE scored AS
WITH summed AS (
    SELECT ask,
        coalesce(sum(hits) FILTER (item IN (5, 6, 7, 8)), 0) // 3 * -6000 AS fines,
        coalesce(sum(hits) FILTER (item IN (16, 17, 18)), 0) // 2 * -2000 AS failures,
        coalesce(sum(points + beyond) FILTER (section = 0), 0) + fines + 45000 AS compliance,
        coalesce(sum(points + beyond) FILTER (section = 1), 0) + failures + 35000 AS supervision,
        coalesce(sum(points + beyond) FILTER (section = 2), 0) + 10000 AS incentive,
        coalesce(sum(points + beyond) FILTER (section = 3), 0) + 10000 AS responsibility
    FROM item_sum GROUP BY ask
), whole AS (
    SELECT ask.ask, ask.key, day, credit, coalesce(fines, 0)::INTEGER AS fines, coalesce(failures, 0)::INTEGER AS failures,
        coalesce(greatest(compliance, 0) - compliance, 0)::INTEGER AS compliance_limit,
        coalesce(greatest(supervision, 0) - supervision, 0)::INTEGER AS supervision_limit,
        coalesce(least(greatest(incentive, 0), 15000) - incentive, 0)::INTEGER AS incentive_limit,
        coalesce(greatest(responsibility, 0) - responsibility, 0)::INTEGER AS responsibility_limit,
        coalesce(compliance + supervision + incentive + responsibility + compliance_limit + supervision_limit
            + incentive_limit + responsibility_limit, 100000)::INTEGER AS total
    FROM ask LEFT JOIN summed USING (ask)
)
SELECT *, least(greatest(total, 0), 100000) AS score, score - total AS score_limit,
    CASE WHEN score >= 95000 THEN 0 WHEN score >= 85000 THEN 1 WHEN score >= 70000 THEN 2 WHEN score >= 50000 THEN 3
        ELSE 4 END AS score_index
FROM whole;

-- What the best tier needs, direct placement, movement, decisions to hold.
CREATE OR REPLACE TEMP TABLE rating AS
WITH inspected AS (
    SELECT DISTINCT enterprise_id FROM inspection
    WHERE inspected_on <= getvariable('as_of') AND inspected_on + INTERVAL 2 YEAR >= getvariable('as_of')
), failed AS (
    SELECT DISTINCT enterprise_id FROM sampling WHERE result = 'unqualified'
        AND reported_on <= getvariable('as_of') AND reported_on + INTERVAL 1 YEAR >= getvariable('as_of')
), placed AS (
    SELECT ask, max((tier, coalesce(holds_until, DATE '9999-12-31'), -rule)) AS heaviest
    FROM placement JOIN ask ON placement.key = ask.key AND event_on <= day
    WHERE withdrawn_by IS NULL AND (holds_until IS NULL OR day <= holds_until) GROUP BY ask
), reached AS (
    SELECT scored.*, heaviest[1] AS direct_tier, heaviest[2] AS direct_until, -heaviest[3] AS direct_rule
    FROM scored LEFT JOIN placed USING (ask)
), floors AS (
    SELECT key, max(greatest(score_index, coalesce(direct_tier, 0)) - credit) AS floor
    FROM reached WHERE credit IS NOT NULL GROUP BY key
), held AS (
    SELECT enterprise_id, max_by({'no': decision_no, 'ends_on': ends_on, 'tier': tier}, (decided_on, decision_no)) AS stated
    FROM decision
    WHERE decision_type = 'hold_tier' AND tier IN ('A', 'B', 'C', 'D', 'E') AND decided_on <= getvariable('as_of')
        AND (ends_on IS NULL OR ends_on >= getvariable('as_of'))
    GROUP BY enterprise_id
), steps AS (
    SELECT enterprise_id, score, score_index, direct_tier, direct_rule, direct_until, floor,
        CASE WHEN inspected.enterprise_id IS NULL THEN 'inspected'
            WHEN failed.enterprise_id IS NOT NULL THEN 'no_failed_sample' END AS lacking,
        CASE WHEN score_index = 0 AND lacking IS NOT NULL THEN 1 ELSE score_index END AS after_needs,
        greatest(after_needs, coalesce(direct_tier, 0)) AS after_placing,
        CASE WHEN coalesce(direct_tier, 0) < strpos('ABCDE', stated.tier) THEN stated END AS hold,
        CASE WHEN hold IS NOT NULL THEN 'decision' WHEN floor > after_placing THEN 'movement'
            WHEN direct_tier > after_needs THEN 'direct' WHEN after_needs > score_index THEN 'minimum_data'
            ELSE 'cut_point' END AS decided_by
    FROM reached JOIN numbered USING (key) LEFT JOIN floors USING (key) LEFT JOIN inspected USING (enterprise_id)
        LEFT JOIN failed USING (enterprise_id) LEFT JOIN held USING (enterprise_id)
    WHERE credit IS NULL
)
SELECT enterprise_id,
    CASE WHEN hold IS NOT NULL THEN hold.tier
        ELSE substr('ABCDE', greatest(after_placing, coalesce(floor, 0))::INTEGER + 1, 1) END AS tier,
    score AS score_centipoints, substr('ABCDE', score_index + 1, 1) AS score_tier, decided_by,
    CASE decided_by WHEN 'decision' THEN hold.no WHEN 'movement' THEN 'movement'
        WHEN 'direct' THEN ['serious_list', 'licence_lost', 'ban_running', 'two_stop_orders'][direct_rule + 1]
        WHEN 'minimum_data' THEN lacking ELSE substr('ABCDE', score_index + 1, 1) END AS decided_by_id,
    CASE decided_by WHEN 'decision' THEN hold.ends_on
        WHEN 'direct' THEN nullif(direct_until, DATE '9999-12-31') END AS locked_until_on
FROM steps;

-- Every hit and adjustment of the present day.
CREATE OR REPLACE TEMP TABLE trace AS
WITH present AS (SELECT * FROM scored WHERE credit IS NULL), told AS (
    SELECT key, 'item' AS role, id AS item_id, record_id, event_on, raw AS raw_centipoints, points AS points_centipoints, reason
    FROM judged JOIN item USING (item) WHERE is_present
    UNION ALL
    SELECT key, 'cap', id, NULL, NULL, beyond, beyond, NULL FROM item_sum WHERE is_present AND beyond <> 0
    UNION ALL
    SELECT key, role, item_id, NULL, NULL, points, points, NULL FROM present, LATERAL (VALUES
        ('accumulation', 'repeated_fines', fines), ('accumulation', 'repeated_failures', failures),
        ('section_limit', 'compliance', compliance_limit), ('section_limit', 'supervision', supervision_limit),
        ('section_limit', 'incentive', incentive_limit), ('section_limit', 'responsibility', responsibility_limit),
        ('score_limit', 'score', score_limit)
    ) AS adjustment (role, item_id, points) WHERE points <> 0
    UNION ALL
    SELECT key, 'direct', ['serious_list', 'licence_lost', 'ban_running', 'two_stop_orders'][rule + 1], record_id, event_on,
        0, 0, CASE WHEN withdrawn_by IS NOT NULL THEN withdrawn_by WHEN getvariable('as_of') > holds_until THEN 'aged_out' END
    FROM placement
)
SELECT enterprise_id, told.* EXCLUDE key FROM told JOIN numbered USING (key);
