"""What programs may ask of this room, and what every room's API is built with.

Annotations of routes and schemas are read when the module is loaded, so these modules do not postpone them.
"""
