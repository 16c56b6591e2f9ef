"""The mark a plugin puts on the functions that answer Haven's hooks."""

import pluggy

hookimpl = pluggy.HookimplMarker("haven_fs")
