import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.1, Optimization and Deep Learning: risk and empirical risk, minima, saddle points, flat regions. */
double f(double x) {
    return x * Math.cos(Math.PI * x);
}

/** The empirical risk: of a finite sample, and so less smooth than the risk. */
double g(double x) {
    return f(x) + 0.2 * Math.cos(5 * Math.PI * x);
}

/** {@return where a function is least, to a thousandth} */
double argmin(DoubleUnaryOperator h, double from, double to) {
    return IntStream.rangeClosed(0, (int) Math.round((to - from) * 1000))
            .mapToObj(i -> from + i / 1000.0)
            .min(Comparator.comparingDouble(h::applyAsDouble))
            .orElseThrow();
}

void main() throws IOException {
    double risk = argmin(this::f, 0.5, 1.5);
    double empirical = argmin(this::g, 0.5, 1.5);
    IO.println("minimum of risk at %.3f, of empirical risk at %.3f".formatted(risk, empirical));
    //> minimum of risk at 1.090, of empirical risk at 1.017
    Plot.of(a -> a.function(this::f, 0.5, 1.5, "risk")
                    .function(this::g, 0.5, 1.5, "empirical risk")
                    .annotate("min of empirical risk", empirical, g(empirical), -150, 40)
                    .annotate("min of risk", risk, f(risk), 10, 40)
                    .xLabel("x").yLabel("risk"))
            .save("risk.svg");

    // a local minimum is least in its neighbourhood, the global one everywhere
    double local = argmin(this::f, -1, 0.5);
    IO.println("local minimum %.3f at %.3f, global %.3f".formatted(f(local), local, f(risk)));
    //> local minimum -0.179 at -0.274, global -1.047
    Plot.of(a -> a.function(this::f, -1, 2, "")
                    .annotate("local minimum", local, f(local), -120, -40)
                    .annotate("global minimum", risk, f(risk), -130, 5)
                    .xLabel("x").yLabel("f(x)"))
            .save("minima.svg");

    // at a saddle point the gradient is 0 and no minimum is near: in one dimension, and in two, of the second function the
    // eigenvalues of the Hessian have both signs
    Plot.of(a -> a.function(x -> x * x * x, -2, 2, "").annotate("saddle point", 0, 0, -60, -60).xLabel("x").yLabel("f(x)"))
            .save("saddle.svg");
    var origin = zeros(2);
    Function<Tensor, Tensor> saddle = p -> p.select(0, 0).square().sub(p.select(0, 1).square());
    IO.println(Autograd.grad(saddle).apply(origin).detach());            //> tensor([0., 0.])
    IO.println(Autograd.hessian(saddle, origin).eigvalsh());             //> tensor([-2.,  2.])
    var grid = meshgrid(linspace(-1, 1, 101), linspace(-1, 1, 101));
    var x = grid.get(0);
    var y = grid.get(1);
    Plot.wireframe(x, y, x.square().sub(y.square()), s -> s.lines(11).point(0, 0, 0).xLabel("x").yLabel("y"))
            .save("saddle-3d.svg");

    // where a function is flat its gradient vanishes, and descent stands still
    IO.println("tanh'(4) = %.4f".formatted(Autograd.grad(t -> t.tanh().sum()).apply(tensor(4.0)).item()));
    //> tanh'(4) = 0.0013
    Plot.of(a -> a.function(Math::tanh, -2, 5, "").annotate("vanishing gradient", 4, 1, -60, -40).xLabel("x").yLabel("f(x)"))
            .save("vanishing.svg");
}
