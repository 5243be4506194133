"""
The native part of the package; import `uytin` instead.
"""

from _typeshed import SupportsGetItem
from datetime import date
from os import PathLike
from typing import Any, Final, SupportsFloat, SupportsIndex, final

__all__ = ["CATALOGUE", "VERSION", "Answer", "Assessment", "Change", "CreditMass", "CriterionEstimate", "Difference", "Fault", "Ledger", "Measure", "Part", "Pending", "PillarScore", "Policy", "Reason", "Receipt", "Record", "RecordKey", "Records", "ReviewReason", "SetAside", "Table", "Trigger", "Verification", "assess", "assess_stream", "attacks", "calibrate", "contest", "fairness_of", "impact", "interval_coverage", "paths", "record_stream", "shortlist", "statement"]

CATALOGUE: Final[str]
"""
The catalogue of codes with their texts, as JSON.
"""

VERSION: Final[str]
"""
The version of the engine.
"""

@final
class Answer:
    """
    The answer of a tool: a document with the same bytes in every language, read like a dictionary.

    Examples
    --------
    >>> answer = uytin.attacks(as_of="2026-11-21", random_bases=0)
    >>> answer["attacks"][0]["attack"]
    'one-source-floods'
    """
    def __contains__(self, key: Any, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __getitem__(self, key: str, /) -> Any: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Any: ...
    def __len__(self, /) -> int: ...
    def __new__(cls, /, json: str, policy: Policy | None = None) -> Answer: ...
    def __reduce__(self, /) -> "tuple[object, tuple[str, Policy | None]]": ...
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str: ...
    def keys(self, /) -> list[str]:
        """
        The names of the document's fields.
        """
    @property
    def policy(self, /) -> Policy | None:
        """
        The policy that the tool made, if it made one.
        """
    def to_dict(self, /) -> "dict[str, Any]":
        """
        The JSON form as dictionaries and lists.
        """
    def to_json(self, /) -> str:
        """
        Compact JSON, the same bytes in every language.
        """

@final
class Assessment:
    """
    The result for one subject on one day under one policy, explained. A proposal: a person decides.

    Of a subject that is not rated, `score` is the prior's, not the subject's: show `lower` to `upper` instead.

    Examples
    --------
    >>> nobody = assess(Ledger(), "2026-11-21", subject="creator-9")
    >>> nobody.is_rated, nobody.tier
    (False, 'unrated')
    >>> round(sum(part.points for part in nobody.waterfall), 1) == nobody.score
    True
    """
    def __copy__(self, /) -> Assessment: ...
    def __deepcopy__(self, _memo: Any, /) -> Assessment: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> "tuple[object, tuple[object, ...]]": ...
    def __repr__(self, /) -> str: ...
    def __rich_console__(self, _console: Any, _options: Any, /) -> Any: ...
    def __str__(self, /) -> str: ...
    @classmethod
    def _recompute(cls, /, subject: str, policy: Policy, records: bytes, as_of: Any, previous_tier: str | None) -> Assessment:
        """
        The assessment of these records: what pickle restores.
        """
    def _repr_html_(self, /) -> str: ...
    @property
    def adverse_sectors(self, /) -> list[str]:
        """
        Sectors whose evidence is adverse.
        """
    @property
    def as_of(self, /) -> date:
        """
        The day of assessment.
        """
    @property
    def coverage(self, /) -> float:
        """
        How far evidence, not the prior, makes the score, in [0, 1].
        """
    @property
    def credits(self, /) -> list[CreditMass]:
        """
        The credits.
        """
    @property
    def criteria(self, /) -> list[CriterionEstimate]:
        """
        The criteria that are not exempt.
        """
    @property
    def digest(self, /) -> str:
        """
        SHA-256 of the RFC 8785 form of the assessment.
        """
    @property
    def exempt(self, /) -> list[str]:
        """
        Criteria that do not apply to this subject.
        """
    @property
    def favourable_sectors(self, /) -> list[str]:
        """
        Sectors whose evidence is favourable.
        """
    @property
    def human_review(self, /) -> bool:
        """
        Whether a person must look.
        """
    @property
    def is_rated(self, /) -> bool:
        """
        Whether the subject is rated; of one that is not, no surface shows the score as a headline.
        """
    @property
    def ledger_digest(self, /) -> str:
        """
        SHA-256 of the subject's current records.
        """
    @property
    def lower(self, /) -> float:
        """
        The lower bound of the range that the evidence leaves open, in points.
        """
    @property
    def measures(self, /) -> list[Measure]:
        """
        Proposed measures, in policy order.
        """
    @property
    def pending(self, /) -> Pending | None:
        """
        Findings that are alleged or under appeal; None where there is none.
        """
    @property
    def pillars(self, /) -> list[PillarScore]:
        """
        The pillars that are left, before credits and findings.
        """
    @property
    def policy(self, /) -> Policy:
        """
        The policy.
        """
    @property
    def previous_tier(self, /) -> str | None:
        """
        The tier that the subject had, as given.
        """
    @property
    def reasons(self, /) -> list[Reason]:
        """
        Why: at most four adverse reasons first, then favourable ones, then what is assumed.
        """
    def receipt(self, /) -> Receipt:
        """
        What the assessment was made of, so that anybody can recompute it.
        """
    @property
    def review_reasons(self, /) -> list[ReviewReason]:
        """
        Why a person must look.
        """
    @property
    def score(self, /) -> float:
        """
        The score in points, with one decimal; of a subject that is not rated it is the prior's.
        """
    @property
    def set_aside(self, /) -> list[SetAside]:
        """
        Records that do not count.
        """
    @property
    def subject(self, /) -> str:
        """
        The subject's id.
        """
    @property
    def tier(self, /) -> str:
        """
        The tier: one of the policy's, `standard` or `unrated`.
        """
    def to_dict(self, /) -> "dict[str, Any]":
        """
        The JSON form as dictionaries and lists.
        """
    def to_html(self, /, lang: str = "en") -> str:
        """
        The assessment as an HTML fragment, in a language (`en` or `vi`).
        """
    def to_json(self, /) -> str:
        """
        Compact JSON, the same bytes in every language.
        """
    @property
    def upper(self, /) -> float:
        """
        The upper bound of the range that the evidence leaves open, in points.
        """
    @property
    def valid_until(self, /) -> date:
        """
        The last day on which the assessment is valid.
        """
    @property
    def waterfall(self, /) -> list[Part]:
        """
        The parts, whose points sum to the score.
        """

@final
class Change:
    """
    Where two policies differ.
    """
    __match_args__: Final[tuple[str, str, str, str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, path: str, before: str | None, after: str | None, section: str, direction: str, en: str, vi: str) -> Change: ...
    def __repr__(self, /) -> str: ...
    @property
    def after(self, /) -> str | None:
        """
        What stands there now, as JSON; None where it is removed.
        """
    @property
    def before(self, /) -> str | None:
        """
        What stood there, as JSON; None where it is added.
        """
    @property
    def direction(self, /) -> str:
        """
        Which way it goes: `stricter`, `laxer`, `mixed` or `neither`.
        """
    @property
    def en(self, /) -> str:
        """
        Why it goes that way, in English
        """
    @property
    def path(self, /) -> str:
        """
        The JSON path.
        """
    @property
    def section(self, /) -> str:
        """
        The section of the policy.
        """
    @property
    def vi(self, /) -> str:
        """
        and in Vietnamese.
        """

@final
class CreditMass:
    """
    The mass of one credit.
    """
    __match_args__: Final[tuple[str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, id: str, mass: SupportsFloat | SupportsIndex) -> CreditMass: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The credit.
        """
    @property
    def mass(self, /) -> float:
        """
        Decayed, capped and weighted.
        """

@final
class CriterionEstimate:
    """
    What the evidence says of one criterion.
    """
    __match_args__: Final[tuple[str, str, str, str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, id: str, mean: SupportsFloat | SupportsIndex, lower: SupportsFloat | SupportsIndex, upper: SupportsFloat | SupportsIndex, coverage: SupportsFloat | SupportsIndex, favourable: SupportsFloat | SupportsIndex, adverse: SupportsFloat | SupportsIndex) -> CriterionEstimate: ...
    def __repr__(self, /) -> str: ...
    @property
    def adverse(self, /) -> float:
        """
        The adverse mass, in checks.
        """
    @property
    def coverage(self, /) -> float:
        """
        The credibility factor, in [0, 1].
        """
    @property
    def favourable(self, /) -> float:
        """
        The favourable mass, in checks.
        """
    @property
    def id(self, /) -> str:
        """
        The criterion.
        """
    @property
    def lower(self, /) -> float:
        """
        Its lower Wilson bound.
        """
    @property
    def mean(self, /) -> float:
        """
        The posterior mean of the share of checks that hold, in [0, 1].
        """
    @property
    def upper(self, /) -> float:
        """
        Its upper Wilson bound.
        """

@final
class Difference:
    """
    One place where a receipt and its recomputation differ.
    """
    __match_args__: Final[tuple[str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, path: str, found: str, expected: str) -> Difference: ...
    def __repr__(self, /) -> str: ...
    @property
    def expected(self, /) -> str:
        """
        What the recomputation gives.
        """
    @property
    def found(self, /) -> str:
        """
        What the receipt says.
        """
    @property
    def path(self, /) -> str:
        """
        The JSON path in the receipt.
        """

@final
class Fault:
    """
    One fault of a document.
    """
    __match_args__: Final[tuple[str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, code: str, path: str, expected: str, found: str) -> Fault: ...
    def __repr__(self, /) -> str: ...
    @property
    def code(self, /) -> str:
        """
        Its stable code.
        """
    @property
    def expected(self, /) -> str:
        """
        What was expected.
        """
    @property
    def found(self, /) -> str:
        """
        What stood there.
        """
    @property
    def path(self, /) -> str:
        """
        The JSON path to it.
        """

@final
class Ledger:
    """
    A set of records of any number of subjects; it never changes: adding and merging give new ones.

    Parameters
    ----------
    records
        Records, mappings of their fields, or their JSON, in any order; of one (subject, source, id) the highest
        revision is kept.

    Raises
    ------
    RecordError
        With the record's place in the order given.

    Examples
    --------
    >>> one = Ledger([dict(type="exemption", id="e", subject="s", source="program", source_class="program",
    ...                    criterion="ad-disclosure", date="2026-01-31")])
    >>> one | one == one
    True
    >>> one
    <Ledger: 1 record of 1 subject>
    """
    def __copy__(self, /) -> Ledger: ...
    def __deepcopy__(self, _memo: Any, /) -> Ledger: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Records: ...
    def __len__(self, /) -> int: ...
    def __new__(cls, /, records: Any | None = None) -> Ledger: ...
    def __or__(self, other: object, /) -> Ledger: ...
    def __reduce__(self, /) -> "tuple[object, tuple[bytes]]": ...
    def __repr__(self, /) -> str: ...
    def __rich_console__(self, _console: Any, _options: Any, /) -> Any: ...
    def __ror__(self, other: object, /) -> Ledger: ...
    def _repr_html_(self, /) -> str: ...
    def add(self, /, records: Any) -> Ledger:
        """
        The ledger with further records: one record, or several.
        """
    @classmethod
    def from_bytes(cls, /, data: Any) -> Ledger:
        """
        Reads JSON Lines, as `to_bytes` writes them: text or bytes, one record a line.

        Raises
        ------
        RecordError
            With the line of the first fault in its path.
        """
    @classmethod
    def from_file(cls, /, path: str | PathLike[str]) -> Ledger:
        """
        Reads a file of JSON Lines, one record a line.

        Parameters
        ----------
        path : str or os.PathLike

        Raises
        ------
        OSError
            Where the file cannot be read.
        RecordError
            With the line of the first fault in its path.
        """
    def merge(self, /, other: Ledger) -> Ledger:
        """
        The ledger of the records of both; the order of merging does not matter.
        """
    def records(self, /, subject: str) -> list[Record]:
        """
        The records of one subject, in order of (source, id).
        """
    @property
    def subjects(self, /) -> list[str]:
        """
        The ids of the subjects that have a record, in order.
        """
    def to_bytes(self, /) -> bytes:
        """
        The canonical form: JSON Lines in order of (subject, source, id).
        """

@final
class Measure:
    """
    A proposed measure; a person decides.
    """
    __match_args__: Final[tuple[str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, id: str, triggers: SupportsGetItem[int, Trigger], until: Any | None) -> Measure: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The measure's id in the policy.
        """
    @property
    def triggers(self, /) -> list[Trigger]:
        """
        What triggered it.
        """
    @property
    def until(self, /) -> date | None:
        """
        Where findings alone trigger it: the first day on which none of them is in force.
        """

@final
class Part:
    """
    One part of the score; the points of all parts sum to it.
    """
    __match_args__: Final[tuple[str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, kind: str, id: str, source: str | None, points: SupportsFloat | SupportsIndex) -> Part: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        `baseline`, the criterion, the credit or the finding's id.
        """
    @property
    def kind(self, /) -> str:
        """
        `baseline`, `criterion`, `credit` or `finding`.
        """
    @property
    def points(self, /) -> float:
        """
        Its points.
        """
    @property
    def source(self, /) -> str | None:
        """
        The finding's source.
        """

@final
class Pending:
    """
    Findings that are not decided for good.
    """
    __match_args__: Final[tuple[str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, score_if_upheld: SupportsFloat | SupportsIndex, findings: SupportsGetItem[int, RecordKey]) -> Pending: ...
    def __repr__(self, /) -> str: ...
    @property
    def findings(self, /) -> list[RecordKey]:
        """
        The findings.
        """
    @property
    def score_if_upheld(self, /) -> float:
        """
        The score if all of them were upheld.
        """

@final
class PillarScore:
    """
    The score of one pillar, before credits and findings.
    """
    __match_args__: Final[tuple[str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, id: str, score: SupportsFloat | SupportsIndex) -> PillarScore: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The pillar.
        """
    @property
    def score(self, /) -> float:
        """
        Points.
        """

@final
class Policy:
    """
    A valid policy: the document that fixes every number of the model.

    Make one with `Policy.reference`, `Policy.from_json` or `Policy.from_file`. It never changes, and any number of
    threads may use it at once.

    Examples
    --------
    >>> policy = Policy.reference()
    >>> policy.name, policy.digest[:14]
    ('icp-2026', 'sha256:...')
    """
    def __copy__(self, /) -> Policy: ...
    def __deepcopy__(self, _memo: Any, /) -> Policy: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> "tuple[object, tuple[str]]": ...
    def __repr__(self, /) -> str: ...
    def __rich_console__(self, _console: Any, _options: Any, /) -> Any: ...
    def _repr_html_(self, /) -> str: ...
    def diff(self, /, other: Policy) -> list[Change]:
        """
        Where another policy differs from this one, and whether that makes it stricter or laxer.

        Examples
        --------
        >>> document = Policy.reference().to_dict()
        >>> document["findings"]["severities"][0]["weight"] = 0.05
        >>> [change] = Policy.reference().diff(Policy.from_json(document))
        >>> change.path, change.before, change.after, change.direction
        ('$.findings.severities[0].weight', '0.03', '0.05', 'stricter')
        """
    @property
    def digest(self, /) -> str:
        """
        SHA-256 of the RFC 8785 form of the document as read.
        """
    @classmethod
    def from_file(cls, /, path: str | PathLike[str]) -> Policy:
        """
        Reads and checks a policy file.

        Parameters
        ----------
        path : str or os.PathLike

        Raises
        ------
        OSError
            Where the file cannot be read.
        PolicyError
            With every fault of the document in `faults`.
        """
    @classmethod
    def from_json(cls, /, document: Any) -> Policy:
        """
        Reads and checks a policy.

        Parameters
        ----------
        document
            JSON as text or bytes, or a mapping.

        Raises
        ------
        PolicyError
            With every fault of the document in `faults`.

        Examples
        --------
        >>> Policy.from_json(Policy.reference().to_json()) == Policy.reference()
        True
        """
    def lint(self, /) -> Answer:
        """
        What is valid in the policy, yet unwise.

        Examples
        --------
        >>> [warning["code"] for warning in Policy.reference().lint()["warnings"]]
        ['minor-bars']
        """
    @property
    def name(self, /) -> str:
        """
        The policy's name.
        """
    def notice(self, /, lang: str = "en") -> str:
        """
        What every surface that shows a score says, in a language (`en` or `vi`).
        """
    @classmethod
    def reference(cls, /) -> Policy:
        """
        The reference policy `icp-2026`: this project's defaults, not official weights of the Program.
        """
    @property
    def tiers(self, /) -> list[str]:
        """
        The tiers' ids, worst first.
        """
    def title(self, /, lang: str = "en") -> str:
        """
        What to call the policy, in a language (`en` or `vi`).
        """
    def to_dict(self, /) -> "dict[str, Any]":
        """
        The document.
        """
    def to_json(self, /) -> str:
        """
        The document in its RFC 8785 form.
        """
    @staticmethod
    def validate(document: Any) -> list[Fault]:
        """
        Every fault of a document, in its order; an empty list where it is a valid policy.

        Examples
        --------
        >>> Policy.validate({"name": "mine"})[0].path
        '$.version'
        """
    @property
    def version(self, /) -> str:
        """
        The policy's version.
        """
    def weights(self, /) -> "dict[str, float]":
        """
        Each criterion's weight in the whole, where none is exempt; they sum to 1.
        """

@final
class Reason:
    """
    Why a part of the score is what it is.
    """
    __match_args__: Final[tuple[str, str, str, str, str, str, str, str, str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, code: str, kind: str, id: str, source: str | None, points: SupportsFloat | SupportsIndex, en: str, vi: str, change_en: str, change_vi: str, basis: SupportsGetItem[int, str], records: SupportsGetItem[int, RecordKey], records_omitted: SupportsIndex) -> Reason: ...
    def __repr__(self, /) -> str: ...
    @property
    def basis(self, /) -> list[str]:
        """
        The texts and laws that it rests on.
        """
    @property
    def change_en(self, /) -> str:
        """
        What would change it, in English.
        """
    @property
    def change_vi(self, /) -> str:
        """
        What would change it, in Vietnamese.
        """
    @property
    def code(self, /) -> str:
        """
        The stable code.
        """
    @property
    def en(self, /) -> str:
        """
        What happened, in English.
        """
    @property
    def id(self, /) -> str:
        """
        The id of its part.
        """
    @property
    def kind(self, /) -> str:
        """
        The kind of its part.
        """
    @property
    def points(self, /) -> float:
        """
        The part's points.
        """
    @property
    def records(self, /) -> list[RecordKey]:
        """
        The records that it rests on, at most a hundred.
        """
    @property
    def records_omitted(self, /) -> int:
        """
        How many more there are.
        """
    @property
    def source(self, /) -> str | None:
        """
        The finding's source.
        """
    @property
    def vi(self, /) -> str:
        """
        What happened, in Vietnamese.
        """

@final
class Receipt:
    """
    What an assessment was made of, so that anybody can recompute it.

    Examples
    --------
    >>> receipt = assess(Ledger(), "2026-11-21", subject="creator-9").receipt()
    >>> receipt.verify(Ledger()).verified
    True
    """
    def __copy__(self, /) -> Receipt: ...
    def __deepcopy__(self, _memo: Any, /) -> Receipt: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> "tuple[object, tuple[str]]": ...
    def __repr__(self, /) -> str: ...
    @property
    def as_of(self, /) -> date:
        """
        The day of assessment.
        """
    @classmethod
    def from_json(cls, /, json: Any) -> Receipt:
        """
        Reads a receipt: text or bytes in the canonical form, byte for byte.

        Raises
        ------
        UytinError
            Where the bytes are no receipt in canonical form.
        """
    @property
    def previous_tier(self, /) -> str | None:
        """
        The tier that the subject had.
        """
    @property
    def subject(self, /) -> str:
        """
        The subject that it is about.
        """
    def to_dict(self, /) -> "dict[str, Any]":
        """
        The receipt as dictionaries and lists.
        """
    def to_json(self, /) -> str:
        """
        The receipt in its canonical form.
        """
    def verify(self, /, records: Any, *, policy: Policy | None = None) -> Verification:
        """
        Recomputes the receipt and says what differs.

        Parameters
        ----------
        records
            The evidence, as `assess` takes it.
        policy : Policy, optional
            The reference policy where none is given.
        """

@final
class Record:
    """
    One piece of evidence about one subject from one source.

    Fields are keyword arguments as in the record's JSON; a field that the record's type does not have is an error.

    Parameters
    ----------
    **fields
        `type` (`observation`, `finding`, `credit` or `exemption`), `id`, `subject`, `source`, `source_class`,
        `criterion` and `date`; of an observation `passed` and `failed` (checks); of a finding `severity`, `status`,
        `reach` (people) and `incident`; of a credit `amount`; of all `revision`, `withdrawn` and `context`.

    Raises
    ------
    RecordError
        Where a field is missing, unknown, misplaced, of another type or outside its range.

    Examples
    --------
    >>> from datetime import date
    >>> record = Record(
    ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
    ...     criterion="ad-disclosure", date=date(2026, 11, 1), passed=40, failed=2,
    ... )
    >>> record.passed, record.date
    (40, datetime.date(2026, 11, 1))
    """
    def __copy__(self, /) -> Record: ...
    def __deepcopy__(self, _memo: Any, /) -> Record: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, **fields: "Any") -> Record: ...
    def __reduce__(self, /) -> "tuple[object, tuple[str]]": ...
    def __repr__(self, /) -> str: ...
    @property
    def amount(self, /) -> float | None:
        """
        How much of it; None where the record is no credit.
        """
    @property
    def context(self, /) -> str | None:
        """
        Where the conduct took place.
        """
    @property
    def criterion(self, /) -> str:
        """
        A criterion of the policy; of a credit, one of its credits.
        """
    @property
    def date(self, /) -> date:
        """
        When it was observed; of a finding, decided.
        """
    @property
    def failed(self, /) -> int | None:
        """
        Checks that did not hold; None where the record is no observation.
        """
    @classmethod
    def from_json(cls, /, json: Any) -> Record:
        """
        Reads a record from its JSON object, text or bytes.

        Raises
        ------
        RecordError
            With the JSON path of the first fault.

        Examples
        --------
        >>> Record.from_json('{"type": "finding"}')
        Traceback (most recent call last):
        uytin._errors.RecordError: $.id: found no such field, expected a text
        """
    @property
    def id(self, /) -> str:
        """
        Unique within (subject, source).
        """
    @property
    def incident(self, /) -> str | None:
        """
        What the finding is about, whoever found it; None where none is given.
        """
    @property
    def passed(self, /) -> int | None:
        """
        Checks that held; None where the record is no observation.
        """
    @property
    def reach(self, /) -> int | None:
        """
        People who saw it; None where the record is no finding.
        """
    @property
    def revision(self, /) -> int:
        """
        A higher revision replaces the record.
        """
    @property
    def severity(self, /) -> str | None:
        """
        One of the policy's severities; None where the record is no finding.
        """
    @property
    def source(self, /) -> str:
        """
        Who says it.
        """
    @property
    def source_class(self, /) -> str:
        """
        What kind of body the source is: a source class of the policy.
        """
    @property
    def status(self, /) -> str | None:
        """
        Where the proceedings stand; None where the record is no finding.
        """
    @property
    def subject(self, /) -> str:
        """
        The creator who is assessed: an opaque id, never a name.
        """
    def to_dict(self, /) -> "dict[str, str | int | float | bool]":
        """
        The fields of the canonical form.
        """
    def to_json(self, /) -> str:
        """
        The canonical form: RFC 8785, without fields that are null or at their default.
        """
    @property
    def type(self, /) -> str:
        """
        The record's type: `observation`, `finding`, `credit` or `exemption`.
        """
    @property
    def withdrawn(self, /) -> bool:
        """
        Whether the source takes the record back.
        """

@final
class RecordKey:
    """
    What names a record within its subject.
    """
    __match_args__: Final[tuple[str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, source: str, id: str) -> RecordKey: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The record's id.
        """
    @property
    def source(self, /) -> str:
        """
        The record's source.
        """

@final
class Records:
    """
    The records of a ledger, one after the other.
    """
    def __iter__(self, /) -> Records: ...
    def __next__(self, /) -> Record: ...

@final
class ReviewReason:
    """
    Why a person must look.
    """
    __match_args__: Final[tuple[str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, code: str, en: str, vi: str, records: SupportsGetItem[int, RecordKey]) -> ReviewReason: ...
    def __repr__(self, /) -> str: ...
    @property
    def code(self, /) -> str:
        """
        The stable code.
        """
    @property
    def en(self, /) -> str:
        """
        What the code says, in English.
        """
    @property
    def records(self, /) -> list[RecordKey]:
        """
        The records that it is about.
        """
    @property
    def vi(self, /) -> str:
        """
        What the code says, in Vietnamese.
        """

@final
class SetAside:
    """
    A record that does not count.
    """
    __match_args__: Final[tuple[str, str, str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, source: str, id: str, reason: str, en: str, vi: str) -> SetAside: ...
    def __repr__(self, /) -> str: ...
    @property
    def en(self, /) -> str:
        """
        What the reason says, in English.
        """
    @property
    def id(self, /) -> str:
        """
        The record's id.
        """
    @property
    def reason(self, /) -> str:
        """
        The stable code of the reason.
        """
    @property
    def source(self, /) -> str:
        """
        The record's source.
        """
    @property
    def vi(self, /) -> str:
        """
        What the reason says, in Vietnamese.
        """

@final
class Table:
    """
    Columns in memory, which any library that speaks the Arrow PyCapsule interface reads without copying.

    Examples
    --------
    >>> table = assess_frame(Ledger(), "2026-11-21")
    >>> len(table), table.column_names[:3]
    (0, ['subject', 'score', 'lower'])
    """
    def __arrow_c_schema__(self, /) -> "object":
        """
        A capsule with the names and types of the columns as an Arrow C schema.
        """
    def __arrow_c_stream__(self, /, requested_schema: Any | None = None) -> "object":
        """
        A capsule with the columns as an Arrow C stream.
        """
    def __len__(self, /) -> int: ...
    def __repr__(self, /) -> str: ...
    @property
    def column_names(self, /) -> list[str]:
        """
        The names of the columns, in order.
        """
    @property
    def metadata(self, /) -> dict[str, str]:
        """
        What the table says of itself: engine, policy, its digest, and the notice that every surface shows.
        """

@final
class Trigger:
    """
    What triggered a measure.
    """
    __match_args__: Final[tuple[str, str, str]]
    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self, /) -> "tuple[object, ...]": ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, kind: str, id: str, source: str | None) -> Trigger: ...
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The finding's id, the criterion or the tier.
        """
    @property
    def kind(self, /) -> str:
        """
        `finding`, `criterion` or `tier`.
        """
    @property
    def source(self, /) -> str | None:
        """
        The finding's source.
        """

@final
class Verification:
    """
    What verifying a receipt found.
    """
    def __bool__(self, /) -> bool: ...
    def __repr__(self, /) -> str: ...
    @property
    def differences(self, /) -> list[Difference]:
        """
        Where the receipt and its recomputation differ.
        """
    @property
    def engine_version(self, /) -> str:
        """
        The engine version that the receipt names.
        """
    @property
    def verified(self, /) -> bool:
        """
        Whether nothing differs.
        """

def assess(records: Any, as_of: Any, *, subject: str | None = None, policy: Policy | None = None, previous_tier: str | None = None) -> Assessment:
    """
    Assesses one subject on one day under one policy.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON. To ask more than once, hand over a ledger: what
        it has worked out for a policy serves again.
    as_of
        The day of assessment: a date as `YYYY-MM-DD`, date, datetime, pandas.Timestamp or numpy.datetime64.
    subject : str, optional
        Whom to assess; the only one where the records are about one.
    policy : Policy, optional
        The reference policy where none is given.
    previous_tier : str, optional
        The tier that the subject had.

    Returns
    -------
    Assessment
        A proposal: a person decides.

    Raises
    ------
    RecordError
        Where a record is faulty.
    UytinError
        Where `as_of` is no date, or the subject must be named.

    Examples
    --------
    >>> assess([dict(
    ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
    ...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)], "2026-11-21")
    <Assessment creator-1 as of 2026-11-21: not rated (46.0 to 84.2 possible)>
    """

def assess_stream(stream: Any, as_of: SupportsGetItem[int, Any], *, history: bool = False, policy: Policy | None = None, previous: Any | None = None, extras: SupportsGetItem[int, str] = ..., pillars: bool = True, keep_categories: bool = False, sorted: bool = False, threads: SupportsIndex = 0, memory_limit: SupportsIndex | None = None, progress: Any | None = None, categories: dict[str, Any] | None = None) -> Table:
    """
    Scores every subject of a stream of records, for each of the dates.
    """

def attacks(records: Any | None = None, *, as_of: Any, policy: Policy | None = None, random_bases: SupportsIndex = 5, seed: SupportsIndex = 1) -> Answer:
    """
    Tries attacks on a score: one source floods, credits are piled up, an incident is split, and so on; says how far each
    gets and which bound of the model holds it.

    Parameters
    ----------
    records, optional
        A `Ledger` or records to attack too, besides a stated ledger and random ones.
    as_of
        The day of assessment.
    policy : Policy, optional
        The reference policy where none is given.
    random_bases, seed : int
        How many random ledgers to attack beside the stated one, and what draws them.

    Returns
    -------
    Answer
    """

def calibrate(records: Any, train_to: Any, test_from: Any, *, policy: Policy | None = None, seed: SupportsIndex = 1, replicates: SupportsIndex = 1000) -> Answer:
    """
    Fits priors and half-lives of a policy to records up to a day, and tries the fitted policy on what came after.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON.
    train_to, test_from
        The last day of what is fitted to, and the first day of what it is tried on.
    policy : Policy, optional
        What to start from; the reference policy where none is given.
    seed, replicates : int
        Draw the bootstrap intervals.

    Returns
    -------
    Answer
        The report; its `policy` is the fitted one. Fitted values are estimates, not official weights.

    Raises
    ------
    UytinError
        Where `test_from` does not come after `train_to`.

    Examples
    --------
    >>> calibrate(Ledger(), "2014-12-31", "2015-01-01", replicates=10)["criteria"][0]["prior"]
    'no-checks'
    """

def contest(records: Any, as_of: Any, without: SupportsGetItem[int, str], *, subject: str | None = None, policy: Policy | None = None, previous_tier: str | None = None) -> Answer:
    """
    Assesses again without some records, and says what differs.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON.
    as_of
        The day of assessment.
    without : sequence of str
        The contested records, each as `source/id`.
    subject : str, optional
        Whom it is about; the only one where the records are about one.
    policy : Policy, optional
        The reference policy where none is given.
    previous_tier : str, optional
        The tier that the subject had.

    Returns
    -------
    Answer

    Raises
    ------
    UytinError
        With every name that no record has in `faults`.

    Examples
    --------
    >>> audit = dict(type="observation", subject="creator-1", source="auditor-7", source_class="auditor",
    ...     criterion="ad-disclosure", date="2026-11-01", passed=10, failed=20)
    >>> answer = contest([audit | {"id": "a"}, audit | {"id": "b"}], "2026-11-21", ["auditor-7/b"])
    >>> answer["after"]["score"] > answer["before"]["score"]
    True
    """

def fairness_of(groups: SupportsGetItem[int, str], scores: SupportsGetItem[int, SupportsFloat | SupportsIndex], coverages: SupportsGetItem[int, SupportsFloat | SupportsIndex], tiers: SupportsGetItem[int, str], outcomes: SupportsGetItem[int, bool | None] | None = None, *, policy: Policy | None = None, least: SupportsIndex = 10, seed: SupportsIndex = 1, replicates: SupportsIndex = 1000) -> Answer:
    """
    Compares groups from their columns; `uytin.fairness` takes them from a frame.
    """

def impact(records: Any, before: Policy, after: Policy, as_of: Any, *, groups: dict[str, str] | None = None, previous: dict[str, str] | None = None) -> Answer:
    """
    What a change of policy does to a population: who changes tier or score, by how much, because of which section.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON.
    before, after : Policy
        The policies.
    as_of
        The day of assessment.
    groups : mapping, optional
        Which group a subject belongs to: groups that move more than the others are named.
    previous : mapping, optional
        The tiers that subjects had.

    Returns
    -------
    Answer

    Examples
    --------
    >>> impact(Ledger(), Policy.reference(), Policy.reference(), "2026-11-21")["subjects"]
    0
    """

def interval_coverage(criterion: str | None = None, *, policy: Policy | None = None, seed: SupportsIndex = 1, replicates: SupportsIndex = 4000) -> Answer:
    """
    Simulates how often the nominal interval of a criterion holds the truth: of independent checks, and of checks that are
    sampled, decayed, capped and clustered.

    Parameters
    ----------
    criterion : str, optional
        The policy's first criterion where none is given.
    policy : Policy, optional
        The reference policy where none is given.
    seed, replicates : int
        What draws the trials, and how many there are of each kind.

    Returns
    -------
    Answer

    Raises
    ------
    UytinError
        Where the policy has no such criterion, or `replicates` is 0.

    Examples
    --------
    >>> interval_coverage("nothing")
    Traceback (most recent call last):
      ...
    uytin...UytinError: $.criterion: found `nothing`, expected one of the criteria `ad-disclosure`, ...
    """

def paths(records: Any, as_of: Any, classes: SupportsGetItem[int, str], *, subject: str | None = None, policy: Policy | None = None, previous_tier: str | None = None) -> Answer:
    """
    For each tier above the present one: the least further evidence that reaches it, the day on which waiting does, or why
    neither can.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON.
    as_of
        The day of assessment, on which the further checks are dated.
    classes : sequence of str
        The source classes that further checks may come from.
    subject : str, optional
        Whom it is about; the only one where the records are about one.
    policy : Policy, optional
        The reference policy where none is given.
    previous_tier : str, optional
        The tier that the subject had.

    Returns
    -------
    Answer

    Raises
    ------
    UytinError
        Where the policy does not know a class, or the subject must be named.

    Examples
    --------
    >>> ways = paths([dict(
    ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
    ...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)], "2026-11-21", ["auditor", "press"])
    >>> ways["tier"], ways["paths"][0]["tier"]
    ('unrated', 'standard')
    """

def record_stream(ledger: Ledger) -> Table:
    """
    The records of a ledger as columns.
    """

def shortlist(records: Any, brief: Any, as_of: Any, *, policy: Policy | None = None, previous: dict[str, str] | None = None) -> tuple[Answer, list[Answer]]:
    """
    Ranks the subjects of a ledger that meet a brief, best lower bound first; those that the evidence cannot tell apart
    share a band.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON.
    brief
        What is asked of candidates: JSON, or a mapping. It has no field for the size of an audience.
    as_of
        The day of assessment.
    policy : Policy, optional
        The reference policy where none is given.
    previous : mapping, optional
        The tiers that subjects had.

    Returns
    -------
    tuple of Answer and list of Answer
        The shortlist, and for each subject that is left out the first condition that it does not meet.

    Raises
    ------
    UytinError
        With every fault of the brief in `faults`.

    Examples
    --------
    >>> listed, left_out = shortlist([dict(
    ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
    ...     criterion="ad-disclosure", date="2026-11-01", passed=40, failed=2)], {"lower_at_least": 60}, "2026-11-21")
    >>> listed["candidates"], left_out[0]["condition"], left_out[0]["found"]
    (0, 'lower_at_least', 46)
    """

def statement(records: Any, as_of: Any, *, subject: str | None = None, policy: Policy | None = None, previous_tier: str | None = None, lang: str = "en", format: str = "markdown", issued_by: str | None = None, contest_at: str | None = None, contest_by: Any | None = None) -> str:
    """
    The statement of reasons of an assessment, for the person whom it is about: a proposal, with facts and sources, what is
    pending, and how to contest.

    Parameters
    ----------
    records
        A `Ledger`, or records, mappings of their fields or their JSON.
    as_of
        The day of assessment.
    subject : str, optional
        Whom it is about; the only one where the records are about one.
    policy : Policy, optional
        The reference policy where none is given.
    previous_tier : str, optional
        The tier that the subject had.
    lang : str
        `en` or `vi`.
    format : str
        `markdown`, or `html` for a page that stands for itself.
    issued_by, contest_at : str, optional
        Who issues it, and where to contest; a line to write on stands where nothing is given.
    contest_by : optional
        Until when to contest.

    Returns
    -------
    str

    Examples
    --------
    >>> "icp-2026" in statement(Ledger(), "2026-11-21", subject="creator-9", lang="vi")
    True
    """
