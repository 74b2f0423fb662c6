"""What AWS refuses and moto takes: rules by service, with AWS's error codes and wording.

`install()` puts them in front of moto; every other module decides on plain data and moto's state, and changes neither.
"""
