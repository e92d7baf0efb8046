"""The day return of METHOD 4: the network, the router and the question we ask it."""
