# Golden values for the tests of host/report:  Rscript statistics.R > statistics.json
# Signed-rank tests, Holm's correction and Friedman's test by R's own stats package.
set.seed(4)
number <- function(x) sprintf("%.17g", x)
list_of <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")

signed_rank <- function(name, x) {
  test <- suppressWarnings(wilcox.test(x, correct = TRUE))
  sprintf('    {"name": "%s", "differences": %s, "rank_sum": %s, "p": %s, "exact": %s}', name, list_of(x),
          number(test$statistic), number(test$p.value),
          if (grepl("exact", test$method)) "true" else "false")
}
friedman <- function(name, blocks) {
  test <- friedman.test(blocks)
  rows <- paste(apply(blocks, 1, list_of), collapse = ", ")
  sprintf('    {"name": "%s", "blocks": [%s], "statistic": %s, "p": %s, "mean_ranks": %s}', name, rows,
          number(test$statistic), number(test$p.value), list_of(colMeans(t(apply(blocks, 1, rank)))))
}
holm <- function(p) sprintf('    {"p": %s, "corrected": %s}', list_of(p), list_of(p.adjust(p, "holm")))

ties <- c(1, -1, 2, 2, -3, 4, 4, 4, 5, -6)
cat("{\n")
cat(sprintf('  "source": "%s, package stats",\n', R.version.string))
cat('  "signed_rank": [\n', paste(c(
  signed_rank("five", c(0.3, -0.1, 0.7, 0.25, 1.5)),
  signed_rank("ten", round(rnorm(10, 0.6), 6)),
  signed_rank("forty-nine", round(rnorm(49, 0.3), 6)),
  signed_rank("fifty", round(rnorm(50, 0.3), 6)),
  signed_rank("far apart", round(rnorm(45, 3), 6)),
  signed_rank("with ties", ties),
  signed_rank("with zeros", c(0, 0, ties)),
  signed_rank("many with ties", round(rnorm(200, 0.2), 1))), collapse = ",\n"), "\n  ],\n", sep = "")
cat('  "holm": [\n', paste(c(
  holm(c(0.01, 0.04, 0.03, 0.005)),
  holm(c(0.5, 0.9, 0.2, 0.7)),
  holm(c(0.02, 0.02, 1e-12, 0.3, 0.049, 0.0004))), collapse = ",\n"), "\n  ],\n", sep = "")
cat('  "friedman": [\n', paste(c(
  friedman("two", cbind(round(rnorm(6), 4), round(rnorm(6, 1), 4))),
  friedman("four", t(sapply(1:12, function(i) round(rnorm(4, c(0, 0.5, 1, 2)), 4)))),
  friedman("with ties", t(sapply(1:15, function(i) round(rnorm(5, c(0, 0.5, 1, 1, 2)), 0))))), collapse = ",\n"),
  "\n  ]\n", sep = "")
cat("}\n")
