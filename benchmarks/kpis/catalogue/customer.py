"""What customers say, and what they are told before they ask."""

from benchmarks.kpis.definition import Kpi, Variant, standard
from benchmarks.kpis.definition import words as _

CUSTOMER = (
    Kpi(
        code="fcr_survey",
        number=10,
        name=_("First contact resolution (survey)"),
        formula=_("Customers who say that the first contact resolved their matter / answers."),
        variants=standard(_("Yes / all valid answers to the question after the contact.")),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("Those who answer differ from those who do not. Not comparable with the no-repeat rate."),
    ),
    Kpi(
        code="csat",
        number=14,
        name=_("Customer satisfaction"),
        formula=_("Answers in the top boxes / valid answers, on a scale of 1 to 5."),
        variants=(
            Variant(code="top_box", words=_("Answers of 5 / valid answers.")),
            Variant(code="top2_box", words=_("Answers of 4 or 5 / valid answers.")),
            Variant(code="top3_box", words=_("Answers of 3, 4 or 5 / valid answers.")),
            Variant(code="good_bad", words=_("Good / (good + bad), on a scale of two."), other_survey=True),
        ),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_(
            "Which boxes count differs between publishers. Where nearly everybody gives the best mark the figure "
            "tells nothing apart. Who is invited, and who answers, moves it."
        ),
    ),
    Kpi(
        code="csat_mean",
        number=15,
        name=_("Customer satisfaction (mean)"),
        formula=_("Mean of the valid answers, on a scale of 1 to 5."),
        variants=standard(_("Arithmetic mean.")),
        units=("points",),
        direction="higher",
        precision=0.1,
        traps=_("The scale is ordinal: equal steps are an assumption."),
    ),
    Kpi(
        code="nps",
        number=16,
        name=_("Net promoter score"),
        formula=_("100 x (answers of 9 or 10 - answers of 0 to 6) / valid answers, on a scale of 0 to 10."),
        variants=(
            Variant(code="transactional", words=_("Asked after a contact.")),
            Variant(
                code="relationship", words=_("Asked about the company, apart from any contact."), other_survey=True
            ),
        ),
        units=("pts",),
        direction="higher",
        precision=5,
        traps=_(
            "A scale of 1 to 10 is another measure. Scores after a contact and about the company do not compare. "
            "Agents who ask for a ten spoil it."
        ),
    ),
    Kpi(
        code="ces",
        number=17,
        name=_("Customer effort score"),
        formula=_("Mean agreement that it was easy, 1 to 7; or the share of answers of 5 to 7."),
        variants=(
            Variant(code="mean", words=_("Mean, 7 is easiest.")),
            Variant(code="top3_box", words=_("Share of 5, 6 or 7.")),
        ),
        units=("points", "%"),
        direction="higher",
        precision=0.15,
        traps=_("Early versions asked how much effort it took: the direction is the opposite."),
    ),
    Kpi(
        code="survey_response_rate",
        number=18,
        name=_("Survey response rate"),
        formula=_("Answered surveys / customers invited."),
        variants=standard(_("With at least one valid score / invited.")),
        units=("%",),
        direction="higher",
        precision=2,
        traps=_("A low rate undermines every survey figure beside it."),
    ),
    Kpi(
        code="proactive_contact_rate",
        number=None,
        name=_("Proactive contacts"),
        formula=_("Customers told before they had to ask / customers affected by the event."),
        variants=standard(_("Told / affected.")),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("Name the events that count, or the denominator is whatever suits."),
        channel_free=True,
    ),
)
