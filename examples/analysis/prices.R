# Prices against strikes with their error bars, from the result of examples/quickstart.yaml:
#
#     ulam run quickstart.yaml && Rscript analysis/prices.R quickstart.h5 prices.pdf
#
# Needs the package hdf5r (r-cran-hdf5r on Debian). R counts dimensions from the fastest one on: [strike, kind] here.

library(hdf5r)

arguments <- commandArgs(trailingOnly = TRUE)
file <- H5File$new(arguments[1], mode = "r")
results <- file[["results"]]
read <- function(name) results[[name]]$read()

strike <- read("strike")
kind <- read("kind")
price <- read("price")
error <- read("price_stderr")
exact <- read("price_exact")

pdf(arguments[2], width = 6, height = 4)
matplot(strike, price, type = "p", pch = 19, xlab = "strike", ylab = "price", main = h5attr(results[["price"]], "long_name"))
matlines(strike, exact, lty = 2)
for (k in seq_along(kind))
  arrows(strike, price[, k] - error[, k], strike, price[, k] + error[, k], code = 3, angle = 90, length = 0.03, col = k)
legend("top", legend = kind, col = seq_along(kind), pch = 19)
invisible(dev.off())

table <- data.frame(kind = rep(kind, each = length(strike)), strike = rep(strike, length(kind)), price = c(price),
                    error = c(error))
print(table)
cat(sprintf("largest deviation: %.1f standard errors\n", max(abs(price - exact) / error)))
file$close_all()
