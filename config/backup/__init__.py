"""A whole copy of an installation in one folder, and the way back: ``backup`` and ``restore``.

``manifest`` says what is in the folder and checks it, ``databases`` takes and puts back the database, ``copying`` the
files, ``making`` and ``restoring`` put the three together.
"""
