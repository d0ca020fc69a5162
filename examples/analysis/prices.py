#!/usr/bin/python3
"""Prices against strikes with their error bars, from the result of examples/quickstart.yaml:

    ulam run quickstart.yaml && python3 analysis/prices.py quickstart.h5 prices.png
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray

results = xarray.open_dataset(sys.argv[1], group="results", engine="h5netcdf")

figure, axes = plt.subplots(layout="constrained")
for kind in results.kind.values:
    price, error, exact = (results[name].sel(kind=kind) for name in ("price", "price_stderr", "price_exact"))
    bars = axes.errorbar(results.strike, price, yerr=error, fmt="o", capsize=2, label=kind)
    axes.plot(results.strike, exact, "--", color=bars[0].get_color())
axes.set(xlabel="strike", ylabel="price", title=results.price.attrs["long_name"])
axes.legend()
figure.savefig(sys.argv[2])

deviation = (results.price - results.price_exact) / results.price_stderr
print(results[["price", "price_stderr"]].to_dataframe())
print(f"largest deviation: {abs(deviation).max().item():.1f} standard errors")
