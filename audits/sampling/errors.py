"""Why a sample cannot be planned or drawn."""

from benchmarks.message import MessageError


class SamplingError(MessageError):
    """The sample cannot be planned or drawn; the message says where and why."""
