"""Whether what was said was right: monitoring, its raters, the knowledge behind it."""

from benchmarks.kpis.definition import Kpi, Variant, standard
from benchmarks.kpis.definition import words as _

QUALITY = (
    Kpi(
        code="qa_score",
        number=37,
        name=_("Quality monitoring score"),
        formula=_("Weighted points reached / points reachable over the sampled contacts."),
        variants=(
            Variant(code="standard", words=_("Over a random sample.")),
            Variant(code="fatal_counts_zero", words=_("A contact with a fatal error counts as zero.")),
        ),
        units=("%",),
        direction="higher",
        precision=2,
        traps=_("An average hides fatal errors. Say how contacts were sampled and how well the raters agree."),
    ),
    Kpi(
        code="critical_error_rate",
        number=None,
        name=_("Contacts with a fatal error"),
        formula=_("Rated contacts with at least one fatal error / rated contacts."),
        variants=standard(_("Over a random sample.")),
        units=("%",),
        direction="lower",
        precision=2,
        traps=_("What is fatal is the form's choice: read the form."),
    ),
    Kpi(
        code="rater_agreement",
        number=None,
        name=_("Agreement of raters"),
        formula=_("Krippendorff's alpha of the scores that several raters give the same contact."),
        variants=standard(_("Interval differences; 1 is agreement, 0 is chance.")),
        units=("ratio",),
        direction="higher",
        precision=0.1,
        traps=_("Where all contacts are alike no agreement can be shown. Raters who confer agree too well."),
        channel_free=True,
        bounds=(-1, 1),
    ),
    Kpi(
        code="knowledge_accuracy",
        number=None,
        name=_("Accuracy of knowledge"),
        formula=_("Sampled answers that agree with the policy in force / sampled answers."),
        variants=standard(_("A random sample, judged by somebody who did not write the articles.")),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("A hand-picked sample proves nothing."),
        channel_free=True,
    ),
    Kpi(
        code="knowledge_freshness",
        number=None,
        name=_("Freshness of knowledge"),
        formula=_("Articles inside their review date / articles, weighted by use."),
        variants=(
            Variant(code="standard", words=_("Weighted by use.")),
            Variant(code="by_article", words=_("Every article counts the same.")),
        ),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("A new date without a change of content is not a review."),
        channel_free=True,
    ),
)
