"""What an award programme is, read from plain data: stages, categories, rules, criteria, method. Pure: no Django.

A template (``fixtures/awards/``) and the document that a programme keeps have the same form; in the document the
criteria are written out and the dates are in the stages' rows. ``model`` says what there is, ``reading`` reads it.
"""

from typing import TYPE_CHECKING

from awards.scheme.model import ADJUSTED as ADJUSTED
from awards.scheme.model import ALL as ALL
from awards.scheme.model import ASK_KINDS as ASK_KINDS
from awards.scheme.model import BY_CRITERION as BY_CRITERION
from awards.scheme.model import CATEGORY as CATEGORY
from awards.scheme.model import CATEGORY_KINDS as CATEGORY_KINDS
from awards.scheme.model import DELIBERATION as DELIBERATION
from awards.scheme.model import DIVISION as DIVISION
from awards.scheme.model import DIVISIONS as DIVISIONS
from awards.scheme.model import ENTRY as ENTRY
from awards.scheme.model import EVENT as EVENT
from awards.scheme.model import EVIDENCE as EVIDENCE
from awards.scheme.model import FIGURE as FIGURE
from awards.scheme.model import FILE as FILE
from awards.scheme.model import HEAD_TO_HEAD as HEAD_TO_HEAD
from awards.scheme.model import JOINT as JOINT
from awards.scheme.model import JUDGING as JUDGING
from awards.scheme.model import LONGEST_CODE as LONGEST_CODE
from awards.scheme.model import MEAN as MEAN
from awards.scheme.model import MOST_TEXT as MOST_TEXT
from awards.scheme.model import MYSTERY as MYSTERY
from awards.scheme.model import PAPERS as PAPERS
from awards.scheme.model import PRESENTATION as PRESENTATION
from awards.scheme.model import SCORE as SCORE
from awards.scheme.model import SURVEY as SURVEY
from awards.scheme.model import TABLES as TABLES
from awards.scheme.model import TEXT as TEXT
from awards.scheme.model import TRIM_FROM as TRIM_FROM
from awards.scheme.model import VISIT as VISIT
from awards.scheme.model import Ask as Ask
from awards.scheme.model import AwardSpec as AwardSpec
from awards.scheme.model import CategorySpec as CategorySpec
from awards.scheme.model import CriterionSpec as CriterionSpec
from awards.scheme.model import Method as Method
from awards.scheme.model import Rule as Rule
from awards.scheme.model import Scheme as Scheme
from awards.scheme.model import StageSpec as StageSpec
from awards.scheme.reading import SchemeError as SchemeError
from awards.scheme.reading import scheme_of as scheme_of

if TYPE_CHECKING:
    from awards.scheme.model import Words as Words
