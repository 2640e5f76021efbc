"""Pages of the standards room: ``reading`` for everybody, ``drafting`` for those who write a standard."""
