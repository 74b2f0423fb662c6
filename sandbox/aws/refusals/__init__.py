"""What AWS rejects and moto accepts: rules by service, with AWS's error codes and wording.

`install()` applies them before moto; every other module decides from plain data and moto's state, without changing
either.
"""
