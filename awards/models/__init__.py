"""Award programmes and all that happens in them."""

from awards.models.entries import Entry as Entry
from awards.models.entries import EntryAnswer as EntryAnswer
from awards.models.entries import EntryFile as EntryFile
from awards.models.entries import EntryReference as EntryReference
from awards.models.entries import EntryStatus as EntryStatus
from awards.models.entries import EntryVersion as EntryVersion
from awards.models.judging import Assignment as Assignment
from awards.models.judging import AssignmentState as AssignmentState
from awards.models.judging import Judge as Judge
from awards.models.judging import JudgeConflict as JudgeConflict
from awards.models.judging import Preference as Preference
from awards.models.judging import RecusalKind as RecusalKind
from awards.models.judging import Score as Score
from awards.models.judging import Tie as Tie
from awards.models.judging import TieKind as TieKind
from awards.models.programmes import Programme as Programme
from awards.models.programmes import ProgrammeStatus as ProgrammeStatus
from awards.models.programmes import Stage as Stage
from awards.models.results import Consensus as Consensus
from awards.models.results import Correction as Correction
from awards.models.results import Result as Result
from awards.models.results import ResultSignature as ResultSignature
from awards.models.results import TieDecision as TieDecision
