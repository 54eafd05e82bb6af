import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.3, Gradient Descent: learning rates, local minima, two dimensions, Newton's method. */
static final double C = 0.15 * Math.PI;

Tensor square(Tensor x) {
    return x.square();
}

Tensor wavy(Tensor x) {
    return x.mul(x.mul(C).cos());
}

Tensor cosh(Tensor x) {
    return x.mul(0.5).cosh();
}

/** {@return all points of ten steps from 10, those of the function's gradient, or of Newton's method} */
double[] descend(double eta, UnaryOperator<Tensor> f, boolean newton) {
    var x = tensor(new double[] {10}, FLOAT64);
    var trace = new ArrayList<Double>(List.of(10.0));
    for (int i = 0; i < 10; i++) {
        var step = Autograd.grad(t -> f.apply(t).sum()).apply(x).detach();
        if (newton) {
            step = step.div(Autograd.hessian(t -> f.apply(t).sum(), x).reshape(1));
        }
        x = x.sub(step.mul(eta));
        trace.add(x.item());
    }
    return trace.stream().mapToDouble(Double::doubleValue).toArray();
}

double last(double[] trace) {
    return trace[trace.length - 1];
}

Plot show(String name, double[] trace, UnaryOperator<Tensor> f) {
    double most = Arrays.stream(trace).map(Math::abs).max().orElseThrow();
    var x = linspace(-Math.max(most, 10), Math.max(most, 10), 401);
    var path = tensor(trace, FLOAT64);
    return Plot.of(a -> a.line(x, f.apply(x), "").path(path, f.apply(path), "").xLabel("x").yLabel("f(x)").title(name));
}

void main() throws IOException {
    var good = descend(0.2, this::square, false);
    IO.println("epoch 10, x: %.6f".formatted(last(good)));          //> epoch 10, x: 0.060466
    // a learning rate that is too small, and one that is too large
    var slow = descend(0.05, this::square, false);
    IO.println("epoch 10, x: %.6f".formatted(last(slow)));          //> epoch 10, x: 3.486784
    var diverging = descend(1.1, this::square, false);
    IO.println("epoch 10, x: %.6f".formatted(last(diverging)));     //> epoch 10, x: 61.917364
    // of infinitely many local minima, the rate decides which one is found
    var local = descend(2, this::wavy, false);
    IO.println("epoch 10, x: %.6f".formatted(last(local)));         //> epoch 10, x: -1.528166
    Plot.panels(2,
                    show("eta = 0.2", good, this::square),
                    show("eta = 0.05", slow, this::square),
                    show("eta = 1.1", diverging, this::square),
                    show("x cos(0.15 pi x), eta = 2", local, this::wavy))
            .save("descent.svg");

    // two dimensions: x1^2 + 2 x2^2 by the optimiser
    var x1 = tensor(-5.0).requiresGrad_();
    var x2 = tensor(-2.0).requiresGrad_();
    var optimizer = new SGD(List.of(x1, x2), 0.1);
    double[] p1 = new double[21];
    double[] p2 = new double[21];
    for (int i = 0; i <= 20; i++) {
        p1[i] = x1.item();
        p2[i] = x2.item();
        optimizer.step(() -> {
            optimizer.zeroGrad();
            var loss = x1.square().add(x2.square().mul(2)).sum();
            loss.backward();
            return loss;
        });
    }
    IO.println("epoch 20, x1: %.6f, x2: %.6f".formatted(p1[20], p2[20]));   //> epoch 20, x1: -0.057646, x2: -0.000073
    Plot.contour((a, b) -> a * a + 2 * b * b, -5.5, 1, -3, 1, a -> a.path(p1, p2, "").xLabel("x1").yLabel("x2"))
            .save("descent-2d.svg");

    // Newton's method divides by the second derivative: quick where that is positive, and astray where it is not
    var newton = descend(1, this::cosh, true);
    IO.println("epoch 10, x: %.4f".formatted(Math.abs(last(newton))));      //> epoch 10, x: 0.0000
    var astray = descend(1, this::wavy, true);
    IO.println("epoch 10, x: %.4f".formatted(last(astray)));                //> epoch 10, x: 26.8341
    var damped = descend(0.5, this::wavy, true);
    IO.println("epoch 10, x: %.4f".formatted(last(damped)));                //> epoch 10, x: 7.2699
    Plot.panels(3,
                    show("cosh(x / 2)", newton, this::cosh),
                    show("x cos(0.15 pi x)", astray, this::wavy),
                    show("damped by 1/2", damped, this::wavy))
            .size(900, 280)
            .save("newton.svg");
}
