"""One municipality in sentences: where its people go, who gets no place and why, and what single change would help.

`which` finds the municipality, `state` reads the allocation, `trial` computes the month again with one change,
`travelled` finds the changes of day returns (other times, one more bus), `facts` puts it together as plain values,
`text` puts it into words, `ask` answers for a workspace.
"""

from geomatch.explain.ask import explain
from geomatch.explain.state import Picture, picture
from geomatch.explain.trial import Change, Month, ranked_changes

__all__ = ["Change", "Month", "Picture", "explain", "picture", "ranked_changes"]
