import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.2, Convexity: chords above the graph, Jensen's inequality, minima, Hessians, constraints. */
boolean isConvex(UnaryOperator<Tensor> f) {
    // on all pairs of 61 points and 21 weights, f(w a + (1 - w) b) <= w f(a) + (1 - w) f(b)
    var points = linspace(-2, 2, 61).to(FLOAT64);
    var a = points.reshape(-1, 1, 1);
    var b = points.reshape(1, -1, 1);
    var w = linspace(0, 1, 21).to(FLOAT64);
    var inside = f.apply(a.mul(w).add(b.mul(w.rsub(1))));
    var chord = f.apply(a).mul(w).add(f.apply(b).mul(w.rsub(1)));
    return inside.le(chord.add(1e-9)).all().itemBoolean();
}

Plot chord(String name, DoubleUnaryOperator f, double from, double to) {
    double[] ends = {from, to};
    return Plot.of(a -> a.function(f, -2, 2, "")
            .line(ends, new double[] {f.applyAsDouble(from), f.applyAsDouble(to)}, "")
            .title(name));
}

void main() throws IOException {
    IO.println("x^2 / 2: " + isConvex(x -> x.square().mul(0.5)));               //> x^2 / 2: true
    IO.println("cos(pi x): " + isConvex(x -> x.mul(Math.PI).cos()));            //> cos(pi x): false
    IO.println("exp(x / 2): " + isConvex(x -> x.mul(0.5).exp()));               //> exp(x / 2): true
    Plot.panels(3,
                    chord("convex", x -> 0.5 * x * x, -1.5, 1),
                    chord("not convex", x -> Math.cos(Math.PI * x), -1.5, 1),
                    chord("convex", x -> Math.exp(0.5 * x), -1.5, 1))
            .size(900, 260)
            .save("convexity.svg");

    // Jensen's inequality: the mean of a convex function is at least the function of the mean
    manualSeed(0);
    var sample = randn(10_000);
    IO.println(sample.exp().mean().item() >= Math.exp(sample.mean().item()));   //> true

    // a local minimum of a convex function is its global one
    Plot.of(a -> a.function(x -> (x - 1) * (x - 1), -2, 2, "")
                    .line(new double[] {-1.5, 1}, new double[] {6.25, 0}, "")
                    .xLabel("x").yLabel("f(x)"))
            .save("convex-minimum.svg");

    // twice differentiable: convex where the Hessian is positive semidefinite
    var at = tensor(new double[] {0.3, -1}, FLOAT64);
    var bowl = Autograd.hessian(p -> p.square().sum().add(p.prod()), at).eigvalsh();
    IO.println(bowl);                                           //> tensor([1., 3.], dtype=torch.float64)

    // a constraint as a projection: gradients are clipped to the ball of radius theta
    var gradient = tensor(3.0, 4).requiresGrad_();
    gradient.setGrad(tensor(3.0, 4));
    Clip.gradNorm_(List.of(gradient), 1);
    IO.println(gradient.grad());                                //> tensor([0.6000, 0.8000])
}
