# The same tests by R, for tests/engine/statistics/r_test.c: a line of numbers for each line of standard input.
show <- function(...) cat(sprintf("%.17g", c(...)), "\n")

welch <- function(groups) {
  t <- t.test(groups[[1]], groups[[2]])
  show(t$statistic, t$parameter, t$p.value)
}

groups_of <- function(x) {
  sizes <- x[2:(1 + x[1])]
  split(x[-(1:(1 + x[1]))], rep(seq_along(sizes), sizes))
}

anova <- function(groups) {
  data <- stack(setNames(groups, paste0("g", seq_along(groups))))
  test <- oneway.test(values ~ ind, data)
  show(test$statistic, test$parameter, test$p.value)
}

# Games and Howell from ptukey and qtukey, pair by pair.
games_howell <- function(groups) {
  k <- length(groups)
  out <- c()
  for (i in 1:(k - 1)) for (j in (i + 1):k) {
    a <- groups[[i]]; b <- groups[[j]]
    va <- var(a) / length(a); vb <- var(b) / length(b)
    df <- (va + vb)^2 / (va^2 / (length(a) - 1) + vb^2 / (length(b) - 1))
    d <- mean(b) - mean(a)
    half <- qtukey(0.95, k, df) * sqrt((va + vb) / 2)
    out <- c(out, ptukey(abs(d) / sqrt((va + vb) / 2), k, df, lower.tail = FALSE), d - half, d + half)
  }
  show(out)
}

# Balanced: x holds outer groups, inner groups, values a cell, then the values.
nested <- function(x) {
  a <- x[1]; b <- x[2]; n <- x[3]
  data <- data.frame(y = x[-(1:3)], outer = factor(rep(1:a, each = b * n)), inner = factor(rep(1:(a * b), each = n)))
  ms <- summary(aov(y ~ outer / inner, data))[[1]][["Mean Sq"]]
  show(max(0, (ms[1] - ms[2]) / (b * n)), max(0, (ms[2] - ms[3]) / n), ms[3])
}

fisher <- function(x) {
  test <- fisher.test(matrix(c(x[1], x[2] - x[1], x[3], x[4] - x[3]), 2))
  show(test$p.value, test$estimate, test$conf.int)
}

poisson <- function(x) {
  test <- poisson.test(c(x[1], x[3]), c(x[2], x[4]))
  show(test$p.value, test$conf.int, poisson.test(x[1])$conf.int)
}

# R's ptukey is off by up to 5e-4 below 4 degrees of freedom; this integrates Harter's formula adaptively.
range_upper <- function(q, k, df) {
  range <- function(w) integrate(function(z) k * dnorm(z) * (pnorm(z)^(k - 1) - pmax(pnorm(z) - pnorm(z - w), 0)^(k - 1)),
                                 -9, 9, rel.tol = 1e-11, subdivisions = 2000)$value
  f <- function(s) sapply(s, function(t)
    exp(log(2) + df / 2 * log(df / 2) - lgamma(df / 2) + (df - 1) * log(t) - df * t * t / 2) * range(q * t))
  ends <- c(1e-12, seq(0, min(14 / q, 9), length.out = 9)[-1])
  sum(sapply(1:8, function(i) integrate(f, ends[i], ends[i + 1], rel.tol = 1e-10)$value))
}

for (line in readLines("stdin")) {
  words <- strsplit(line, " ")[[1]]
  x <- as.numeric(words[-1])
  switch(words[1], welch = welch(groups_of(x)), anova = anova(groups_of(x)), pairs = games_howell(groups_of(x)),
         nested = nested(x), fisher = fisher(x), poisson = poisson(x),
         share = show(binom.test(x[1], x[2])$conf.int), holm = show(p.adjust(x, "holm")),
         range = show(ptukey(x[1], x[2], x[3], lower.tail = FALSE)), integral = show(range_upper(x[1], x[2], x[3])))
}
