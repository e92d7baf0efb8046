"""Worlds small enough to be worked out by hand, each drawn where it is tested.

How they are drawn:

    (a) 3w 2m          a point with 3 women and 2 men (`p`: persons whose sex is not known)
    [s 4]              a series with 4 places in each session
    --20--             a day return of 20 minutes each way;  ==10==  one that is walked
    0180 | 0181        municipalities; a way across the border shows its corridor as  |>  (open)  or  |x  (closed)

Unless a world says otherwise everybody seeks asylum and has the right to travel.
"""
