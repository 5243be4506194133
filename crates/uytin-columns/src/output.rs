//! The result as columns: a row a subject.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::types::{
    ArrowPrimitiveType, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int16Array, ListArray, PrimitiveArray, RecordBatch,
    StringArray, StructArray, UInt32Array, make_array,
};
use arrow_buffer::{BooleanBuffer, Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use bytemuck::Pod;
use uytin::kernel::{Pillars, Resolver, SetAside, Tier, Verdict};
use uytin::{Assessment, Brief, Date, Language, LeftOut, Points, Policy, Shortfall};

use crate::engine::Job;
use crate::ids::Name;
use crate::space::{Arena, Closed};

/// Which columns the result has besides `subject`, `score`, `lower`, `upper`, `coverage`, `tier`, `valid_until` and
/// `human_review`: by default the pillars, and all others on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// `pillar_ID`: the score of each pillar. Without them the result takes half of the memory.
    pub pillars: bool,
    /// Whether subjects that are entries of a dictionary in the input are that in the result too, and come in the order of that
    /// dictionary: their texts are then neither sorted nor copied. All batches need to have the same dictionary, with entries
    /// that differ. No effect on other subjects.
    pub dictionary: bool,
    /// `waterfall`: a list of parts, whose points sum to the score.
    pub waterfall: bool,
    /// `criteria`: a list of estimates with mean, bounds, coverage and masses.
    pub criteria: bool,
    /// `reasons`: a list of reasons with points and texts.
    pub reasons: bool,
    /// `set_aside`: how many records do not count, by reason.
    pub set_aside: bool,
    /// `assessment`: the whole assessment as JSON, the same bytes as `Assessment::to_json` gives.
    pub json: bool,
}

impl Columns {
    /// Every column, subjects as texts.
    pub const ALL: Self =
        Self { pillars: true, dictionary: false, waterfall: true, criteria: true, reasons: true, set_aside: true, json: true };

    /// Whether a column asks for the explained assessment.
    pub(crate) const fn explained(self) -> bool {
        self.waterfall || self.criteria || self.reasons || self.json
    }
}

impl Default for Columns {
    fn default() -> Self {
        Self { pillars: true, dictionary: false, waterfall: false, criteria: false, reasons: false, set_aside: false, json: false }
    }
}

fn list(fields: Fields) -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Struct(fields), false)))
}

fn fields(columns: &[(&str, DataType, bool)]) -> Fields {
    columns.iter().map(|(name, of, nullable)| Field::new(*name, of.clone(), *nullable)).collect()
}

fn waterfall_fields() -> Fields {
    fields(&[
        ("kind", DataType::Utf8, false),
        ("id", DataType::Utf8, false),
        ("source", DataType::Utf8, true),
        ("points", DataType::Float64, false),
    ])
}

fn criteria_fields() -> Fields {
    let real = |name| (name, DataType::Float64, false);
    fields(&[
        ("id", DataType::Utf8, false),
        real("mean"),
        real("lower"),
        real("upper"),
        real("coverage"),
        real("favourable"),
        real("adverse"),
    ])
}

fn reasons_fields() -> Fields {
    let text = |name| (name, DataType::Utf8, false);
    fields(&[
        text("code"),
        text("kind"),
        text("id"),
        ("source", DataType::Utf8, true),
        ("points", DataType::Float64, false),
        text("en"),
        text("vi"),
        text("change_en"),
        text("change_vi"),
    ])
}

fn set_aside_fields() -> Fields {
    SetAside::ALL.iter().map(|reason| Field::new(reason.as_str(), DataType::UInt32, false)).collect()
}

/// The schema of the result: names, types, and what every surface that shows a score says, as metadata.
///
/// `subject` has the type of the input where that holds integers, or a dictionary that is to be kept, else utf8; `score`, `lower`
/// and `upper` are points with one decimal; `coverage` is a fraction; `pillar_ID` are points, null where every criterion of the
/// pillar is exempt.
#[must_use]
pub fn output_schema(policy: &Policy, as_of: Date, subject: &DataType, columns: Columns) -> SchemaRef {
    let is_kept = subject.is_integer() || columns.dictionary && matches!(subject, DataType::Dictionary(..));
    let subject = if is_kept { subject.clone() } else { DataType::Utf8 };
    let pillars = if columns.pillars { policy.document().pillars.as_slice() } else { &[] };
    let points = |name: &str| Field::new(name, DataType::Float64, false);
    let of_unrated = "of an unrated subject it is the prior's, not the subject's: show the range from lower to upper instead";
    let mut fields = vec![
        Field::new("subject", subject, false),
        points("score").with_metadata(HashMap::from([("note".to_owned(), of_unrated.to_owned())])),
        points("lower"),
        points("upper"),
        Field::new("coverage", DataType::Float64, false),
        Field::new("tier", DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8)), false),
        Field::new("valid_until", DataType::Date32, false),
        Field::new("human_review", DataType::Boolean, false),
    ];
    fields.extend(pillars.iter().map(|pillar| Field::new(format!("pillar_{}", pillar.id), DataType::Float64, true)));
    let on_request = [
        (columns.waterfall, Field::new("waterfall", list(waterfall_fields()), false)),
        (columns.criteria, Field::new("criteria", list(criteria_fields()), false)),
        (columns.reasons, Field::new("reasons", list(reasons_fields()), false)),
        (columns.set_aside, Field::new("set_aside", DataType::Struct(set_aside_fields()), false)),
        (columns.json, Field::new("assessment", DataType::Utf8, false)),
    ];
    fields.extend(on_request.into_iter().filter(|(wanted, _)| *wanted).map(|(_, field)| field));
    let notice = &policy.document().notice;
    let metadata = [
        ("uytin.engine", uytin::VERSION.to_owned()),
        ("uytin.as_of", as_of.to_string()),
        ("uytin.policy", policy.name().to_owned()),
        ("uytin.policy_version", policy.version().to_owned()),
        ("uytin.policy_digest", policy.digest().to_string()),
        ("uytin.notice.en", notice.get(Language::English).to_owned()),
        ("uytin.notice.vi", notice.get(Language::Vietnamese).to_owned()),
    ];
    Arc::new(Schema::new_with_metadata(fields, HashMap::from(metadata.map(|(name, value)| (name.to_owned(), value)))))
}

/// The metadata that says that records are synthetic, and about nobody.
const SYNTHETIC: &str = "uytin.synthetic";

/// Whether a schema says that its records are synthetic.
#[must_use]
pub fn is_synthetic(schema: &Schema) -> bool {
    schema.metadata().contains_key(SYNTHETIC)
}

/// The schema of a result, which says that it is of synthetic records where the input's does.
#[must_use]
pub fn labelled(schema: SchemaRef, input: &Schema) -> SchemaRef {
    let Some(label) = input.metadata().get(SYNTHETIC) else { return schema };
    let mut metadata = schema.metadata().clone();
    metadata.insert(SYNTHETIC.to_owned(), label.clone());
    Arc::new(Schema::new_with_metadata(schema.fields().clone(), metadata))
}

/// What the columns of a table share.
pub(crate) struct Shape {
    pub(crate) schema: SchemaRef,
    pub(crate) columns: Columns,
    /// The brief, and whether to say what stood there.
    pub(crate) screening: Option<(Brief, bool)>,
    tiers: Arc<StringArray>,
    imposed: usize,
    earned: usize,
    pillars: usize,
    /// What subjects are entries of.
    dictionary: Option<ArrayRef>,
    /// Of as many subjects as most batches have, which share it.
    valid_until: Date32Array,
}

impl Shape {
    /// For records with this schema, whose subjects are entries of this dictionary, if it is kept.
    pub(crate) fn new(job: &Job<'_>, input: &Schema, dictionary: Option<ArrayRef>) -> Self {
        let Job { policy, as_of, columns, .. } = *job;
        let subject = input.field_with_name("subject").map_or(&DataType::Utf8, |field| field.data_type());
        let mut schema = labelled(output_schema(policy, as_of, subject, columns), input);
        if job.screening.is_some() {
            let further = [Field::new("condition", DataType::Int16, true), Field::new("left_out", DataType::Utf8, true)];
            let fields: Vec<FieldRef> = schema.fields().iter().cloned().chain(further.map(Arc::new)).collect();
            schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        }
        let document = policy.document();
        let (imposed, earned) = (document.tiers.imposed.len(), document.tiers.earned.len());
        let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let resolver = Resolver::new(policy);
        // Worst first.
        let tiers = (0..imposed).map(|n| Tier::Imposed(place(n))).chain([Tier::Unrated, Tier::Standard]);
        let tiers = tiers.chain((0..earned).rev().map(|n| Tier::Earned(place(n))));
        Self {
            schema,
            columns,
            screening: job.screening.map(|screening| (screening.brief.clone(), screening.left_out)),
            tiers: Arc::new(tiers.map(|tier| Some(resolver.tier_id(tier))).collect()),
            imposed,
            earned,
            pillars: if columns.pillars { document.pillars.len() } else { 0 },
            dictionary,
            valid_until: Date32Array::from_value(as_of.plus(document.validity_days).days(), ROWS_MAX * 2),
        }
    }

    fn valid_until(&self, count: usize) -> Date32Array {
        let all = &self.valid_until;
        if count <= all.len() {
            all.slice(0, count)
        } else {
            Date32Array::from_value(all.values().first().copied().unwrap_or_default(), count)
        }
    }

    fn tier_place(&self, tier: Tier) -> i16 {
        let place = match tier {
            Tier::Imposed(place) => usize::from(place),
            Tier::Unrated => self.imposed,
            Tier::Standard => self.imposed + 1,
            Tier::Earned(place) => self.imposed + 1 + self.earned - usize::from(place),
        };
        i16::try_from(place).unwrap_or(i16::MAX)
    }
}

/// A list column as it grows.
struct Lists<C> {
    lengths: Vec<usize>,
    columns: C,
}

impl<C: Default> Lists<C> {
    fn new() -> Self {
        Self { lengths: Vec::new(), columns: C::default() }
    }
}

fn list_array(lengths: Vec<usize>, fields: Fields, columns: Vec<ArrayRef>) -> ArrayRef {
    let item: FieldRef = Arc::new(Field::new("item", DataType::Struct(fields.clone()), false));
    let values = StructArray::new(fields, columns, None);
    Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(values), None))
}

type WaterfallColumns = ([StringBuilder; 3], Vec<f64>);
type CriteriaColumns = (StringBuilder, [Vec<f64>; 6]);
type ReasonColumns = ([StringBuilder; 8], Vec<f64>);

/// Collects the rows of one batch of the result.
pub(crate) struct Rows {
    /// Their low halves, which is all of them that the column has; places in a dictionary.
    numbers: Vec<u64>,
    texts: StringBuilder,
    verdicts: Vec<Verdict>,
    /// Subject by subject, all pillars each; [`NO_SCORE`] where exemptions have emptied one.
    pillars: Vec<Points>,
    waterfall: Lists<WaterfallColumns>,
    criteria: Lists<CriteriaColumns>,
    reasons: Lists<ReasonColumns>,
    set_aside: [Vec<u32>; SetAside::ALL.len()],
    json: StringBuilder,
    condition: Vec<Option<i16>>,
    left_out: StringBuilder,
    /// Subjects, with or without their verdicts.
    count: usize,
    /// Bytes of text so far.
    bytes: usize,
}

/// Stands for the score that an emptied pillar does not have.
const NO_SCORE: Points = Points::from_tenths(i32::MIN);

/// A batch of the result has about so many rows at most,
const ROWS_MAX: usize = 1 << 13;
/// and about so many bytes of text.
const BYTES_MAX: usize = 1 << 26;

impl Rows {
    pub(crate) fn new(shape: &Shape, capacity: usize) -> Self {
        let capacity = capacity.min(ROWS_MAX);
        Self {
            numbers: Vec::with_capacity(if *shape.schema.field(0).data_type() == DataType::Utf8 { 0 } else { capacity }),
            texts: StringBuilder::new(),
            verdicts: Vec::with_capacity(capacity),
            pillars: Vec::with_capacity(capacity * shape.pillars),
            waterfall: Lists::new(),
            criteria: Lists::new(),
            reasons: Lists::new(),
            set_aside: Default::default(),
            json: StringBuilder::new(),
            condition: Vec::new(),
            left_out: StringBuilder::new(),
            count: 0,
            bytes: 0,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.count >= ROWS_MAX || self.bytes >= BYTES_MAX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a subject, whose verdict follows in its turn.
    pub(crate) fn name(&mut self, name: Name<'_>) {
        self.count += 1;
        match name {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as said there")]
            Name::Number(n) => self.numbers.push(n as u64),
            Name::Text(text) => {
                self.bytes += text.len();
                self.texts.append_value(text);
            }
            Name::Entry(place, _) => self.numbers.push(place.into()),
        }
    }

    /// Adds the verdicts of the next subjects that have names.
    pub(crate) fn add(&mut self, shape: &Shape, verdicts: &[Verdict], pillars: Pillars<'_>) {
        let all = self.pillars.len() + verdicts.len() * shape.pillars;
        self.pillars.extend(pillars.scores().map(|score| score.unwrap_or(NO_SCORE)));
        self.pillars.resize(all, NO_SCORE);
        self.verdicts.extend_from_slice(verdicts);
    }

    /// Adds the first condition of the brief that the subject does not meet.
    pub(crate) fn add_screened(&mut self, brief: &Brief, with_text: bool, name: Name<'_>, shortfall: Option<Shortfall>) {
        let place = |shortfall: &Shortfall| i16::try_from(brief.condition_of(shortfall)).unwrap_or(i16::MAX);
        self.condition.push(shortfall.as_ref().map(place));
        match shortfall.filter(|_| with_text) {
            Some(shortfall) => {
                let line = LeftOut { subject: name.to_text(), shortfall }.to_json(brief);
                self.bytes += line.len();
                self.left_out.append_value(line);
            }
            None => self.left_out.append_null(),
        }
    }

    /// Adds how many of the subject's records are set aside.
    pub(crate) fn add_set_aside(&mut self, counts: &[u64; SetAside::ALL.len()]) {
        for (column, &count) in self.set_aside.iter_mut().zip(counts) {
            column.push(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }

    /// Adds what the explained assessment has beyond the verdict.
    pub(crate) fn add_explained(&mut self, shape: &Shape, policy: &Policy, assessment: &Assessment) {
        let Columns { waterfall, criteria, reasons, json, .. } = shape.columns;
        let source = |part: &uytin::Part| part.record.as_ref().map(|record| record.source.clone());
        if waterfall {
            let ([kind, id, of], points) = &mut self.waterfall.columns;
            for part in &assessment.waterfall {
                kind.append_value(part.kind.as_str());
                id.append_value(&part.id);
                of.append_option(source(part));
                points.push(part.points.value());
            }
            self.waterfall.lengths.push(assessment.waterfall.len());
            self.bytes += assessment.waterfall.len() * 64;
        }
        if criteria {
            let (id, reals) = &mut self.criteria.columns;
            for criterion in &assessment.criteria {
                id.append_value(&criterion.id);
                let values =
                    [criterion.mean, criterion.lower, criterion.upper, criterion.coverage, criterion.favourable, criterion.adverse];
                reals.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
            }
            self.criteria.lengths.push(assessment.criteria.len());
            self.bytes += assessment.criteria.len() * 64;
        }
        if reasons {
            let ([code, kind, id, of, en, vi, change_en, change_vi], points) = &mut self.reasons.columns;
            for reason in &assessment.reasons {
                code.append_value(reason.code.as_str());
                kind.append_value(reason.part.kind.as_str());
                id.append_value(&reason.part.id);
                of.append_option(source(&reason.part));
                points.push(reason.points().value());
                en.append_value(reason.text(policy, Language::English));
                vi.append_value(reason.text(policy, Language::Vietnamese));
                change_en.append_value(reason.change(policy, Language::English));
                change_vi.append_value(reason.change(policy, Language::Vietnamese));
            }
            self.reasons.lengths.push(assessment.reasons.len());
            self.bytes += assessment.reasons.len() * 512;
        }
        if json {
            let json = assessment.to_json();
            self.bytes += json.len();
            self.json.append_value(json);
        }
    }

    /// The rows as a batch, and empties them.
    pub(crate) fn take(&mut self, shape: &Shape, arena: &mut Arena) -> Unclosed {
        let rows = self;
        let (verdicts, count) = (rows.verdicts.as_slice(), rows.verdicts.len());
        let subject = shape.schema.field(0).data_type();
        let key = if let DataType::Dictionary(key, _) = subject { key } else { subject };
        let own = |place: usize| rows.pillars.iter().skip(place).step_by(shape.pillars);
        let all_full = rows.pillars.iter().fold(true, |all, &score| all & (score != NO_SCORE));
        let full: Vec<bool> = (0..shape.pillars).map(|place| all_full || own(place).all(|&score| score != NO_SCORE)).collect();
        let widths = [key.primitive_width().unwrap_or_default(), 8, 8, 8, 8, 2];
        let widths = widths.into_iter().chain(full.iter().map(|&full| if full { 8 } else { 0 }));
        let (memory, from, closed) = arena.lend(widths.map(|width| words(width, count)).sum());
        let mut space = Lent { memory, from, count, columns: Vec::new() };
        match key.is_integer() {
            true => integers(key, &rows.numbers, shape.dictionary.clone().map(|values| (subject.clone(), values)), &mut space),
            false => space.ready(Arc::new(rows.texts.finish())),
        }
        space.fill::<Float64Type>(verdicts.iter().map(|verdict| verdict.score.value()));
        space.fill::<Float64Type>(verdicts.iter().map(|verdict| verdict.lower.value()));
        space.fill::<Float64Type>(verdicts.iter().map(|verdict| verdict.upper.value()));
        space.fill::<Float64Type>(verdicts.iter().map(|verdict| verdict.coverage));
        let tiers = shape.tiers.clone();
        space.fill_as::<Int16Type>(verdicts.iter().map(|verdict| shape.tier_place(verdict.tier)), move |places| {
            Some(Arc::new(DictionaryArray::<Int16Type>::try_new(places, tiers).ok()?))
        });
        space.ready(Arc::new(shape.valid_until(count)));
        space.ready(Arc::new(BooleanArray::from(BooleanBuffer::collect_bool(count, |place| {
            verdicts.get(place).is_some_and(|verdict| verdict.human_review)
        }))));
        for (place, full) in full.into_iter().enumerate() {
            if full {
                let of_each = rows.pillars.chunks_exact(shape.pillars);
                space.fill::<Float64Type>(of_each.map(|own| own.get(place).copied().unwrap_or_default().value()));
            } else {
                let scores = own(place).map(|&score| Some(score).filter(|&score| score != NO_SCORE).map(Points::value));
                space.ready(Arc::new(scores.collect::<Float64Array>()));
            }
        }
        let mut columns = space.columns;
        rows.verdicts.clear();
        rows.pillars.clear();
        rows.numbers.clear();
        (rows.count, rows.bytes) = (0, 0);
        let real = |values: Vec<f64>| -> ArrayRef { Arc::new(Float64Array::from(values)) };
        let text = |builder: &mut StringBuilder| -> ArrayRef { Arc::new(builder.finish()) };
        if shape.columns.waterfall {
            let Lists { lengths, columns: (mut texts, points) } = std::mem::replace(&mut rows.waterfall, Lists::new());
            let parts = texts.iter_mut().map(text).chain([real(points)]).collect();
            columns.push(ready(list_array(lengths, waterfall_fields(), parts)));
        }
        if shape.columns.criteria {
            let Lists { lengths, columns: (mut id, reals) } = std::mem::replace(&mut rows.criteria, Lists::new());
            let parts = [text(&mut id)].into_iter().chain(reals.into_iter().map(real)).collect();
            columns.push(ready(list_array(lengths, criteria_fields(), parts)));
        }
        if shape.columns.reasons {
            let Lists { lengths, columns: (mut texts, points) } = std::mem::replace(&mut rows.reasons, Lists::new());
            let mut parts: Vec<ArrayRef> = texts.iter_mut().map(text).collect();
            parts.insert(4, real(points));
            columns.push(ready(list_array(lengths, reasons_fields(), parts)));
        }
        if shape.columns.set_aside {
            let parts =
                std::mem::take(&mut rows.set_aside).into_iter().map(|counts| -> ArrayRef { Arc::new(UInt32Array::from(counts)) }).collect();
            columns.push(ready(Arc::new(StructArray::new(set_aside_fields(), parts, None))));
        }
        if shape.columns.json {
            columns.push(ready(Arc::new(rows.json.finish())));
        }
        if shape.screening.is_some() {
            columns.push(ready(Arc::new(Int16Array::from(std::mem::take(&mut rows.condition)))));
            columns.push(ready(Arc::new(rows.left_out.finish())));
        }
        Unclosed { schema: shape.schema.clone(), columns, closed }
    }
}

/// A column of a batch, from the closed memory that it may be in.
type Column = Box<dyn FnOnce(&Buffer) -> Option<ArrayRef> + Send>;

fn ready(array: ArrayRef) -> Column {
    Box::new(|_| Some(array))
}

/// A batch whose columns may lie in memory that is not closed yet.
pub(crate) struct Unclosed {
    schema: SchemaRef,
    columns: Vec<Column>,
    closed: Closed,
}

impl Unclosed {
    /// The batch; `None` where its memory is not closed.
    pub(crate) fn batch(self) -> Option<RecordBatch> {
        let memory = self.closed.get()?;
        let columns = self.columns.into_iter().map(|column| column(memory)).collect::<Option<Vec<ArrayRef>>>()?;
        RecordBatch::try_new(self.schema, columns).ok()
    }
}

/// How many words so many values of so many bytes take, each column from the start of a cache line.
const fn words(width: usize, count: usize) -> usize {
    (width * count).div_ceil(64) * 8
}

/// The columns of a batch as they are written one after the other.
struct Lent<'a> {
    /// What is left.
    memory: &'a mut [u64],
    /// The place of its first word.
    from: usize,
    count: usize,
    columns: Vec<Column>,
}

impl Lent<'_> {
    fn ready(&mut self, array: ArrayRef) {
        self.columns.push(ready(array));
    }

    /// Writes a column without nulls.
    fn fill<T: ArrowPrimitiveType<Native: Pod>>(&mut self, values: impl Iterator<Item = T::Native>) {
        self.fill_as::<T>(values, |array| Some(Arc::new(array)));
    }

    /// Writes what becomes a column.
    fn fill_as<T: ArrowPrimitiveType<Native: Pod>>(
        &mut self,
        values: impl Iterator<Item = T::Native>,
        make: impl FnOnce(PrimitiveArray<T>) -> Option<ArrayRef> + Send + 'static,
    ) {
        let width = size_of::<T::Native>();
        let (from, count) = (self.from, self.count);
        let (own, rest) = std::mem::take(&mut self.memory).split_at_mut(words(width, count));
        (self.memory, self.from) = (rest, from + own.len());
        for (out, value) in bytemuck::cast_slice_mut(own).iter_mut().zip(values) {
            *out = value;
        }
        self.columns.push(Box::new(move |memory| {
            let own = memory.slice_with_length(from * size_of::<u64>(), count * width);
            make(PrimitiveArray::try_new(ScalarBuffer::new(own, 0, count), None).ok()?)
        }));
    }
}

/// Integers as an array of the type that they came in, or as keys of a dictionary of that type.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "each came in that type")]
fn integers(of: &DataType, numbers: &[u64], dictionary: Option<(DataType, ArrayRef)>, space: &mut Lent<'_>) {
    macro_rules! write {
        ($of:ty) => {
            space.fill_as::<$of>(numbers.iter().map(|&n| n as _), move |keys| entries(Arc::new(keys), dictionary))
        };
    }
    match of {
        DataType::Int8 => write!(Int8Type),
        DataType::Int16 => write!(Int16Type),
        DataType::Int32 => write!(Int32Type),
        DataType::UInt8 => write!(UInt8Type),
        DataType::UInt16 => write!(UInt16Type),
        DataType::UInt32 => write!(UInt32Type),
        DataType::UInt64 => write!(UInt64Type),
        _ => write!(Int64Type),
    }
}

/// Keys with the dictionary that they are of, if they are; `None` where it does not have one of them.
fn entries(keys: ArrayRef, dictionary: Option<(DataType, ArrayRef)>) -> Option<ArrayRef> {
    let Some((of, values)) = dictionary else { return Some(keys) };
    let data = keys.to_data().into_builder().data_type(of).add_child_data(values.to_data());
    Some(make_array(data.build().ok()?))
}
