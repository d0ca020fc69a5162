# Prices against strikes with their error bars, from the result of examples/quickstart.yaml:
#
#     ulam run quickstart.yaml && julia analysis/prices.jl quickstart.h5 prices.png
#
# Needs the packages HDF5 and Plots. Julia counts dimensions from the fastest one on: [strike, kind] here.

using HDF5, Plots, Printf

h5open(ARGS[1], "r") do file
    results = file["results"]
    strike, kind = read(results["strike"]), read(results["kind"])
    price, error, exact = (read(results[name]) for name in ("price", "price_stderr", "price_exact"))

    plot(xlabel = "strike", ylabel = "price", title = read(attributes(results["price"])["long_name"]))
    for k in eachindex(kind)
        scatter!(strike, price[:, k], yerror = error[:, k], label = kind[k], color = k)
        plot!(strike, exact[:, k], linestyle = :dash, label = "", color = k)
    end
    savefig(ARGS[2])

    for k in eachindex(kind), s in eachindex(strike)
        @printf("%s %g: %.6f ± %.6f\n", kind[k], strike[s], price[s, k], error[s, k])
    end
    @printf("largest deviation: %.1f standard errors\n", maximum(abs.(price - exact) ./ error))
end
