import module fathom;
import static fathom.Tensors.*;

/** The course's section 11.4, Stochastic Gradient Descent: noisy gradients of x1^2 + 2 x2^2, and rates that decay. */
record Trace(String name, double[] x1, double[] x2) {
    String end() {
        return "epoch %s, x1: %.6f, x2: %.6f".formatted(x1.length - 1, x1[x1.length - 1], x2[x2.length - 1]);
    }

    double distance() {
        return Math.hypot(x1[x1.length - 1], x2[x2.length - 1]);
    }
}

Trace descend(String name, int steps, DoubleUnaryOperator factor) {
    manualSeed(0);                                  // the same noise for all
    var x = tensor(-5.0, -2).requiresGrad_();
    var optimizer = new SGD(List.of(x), 0.1);
    // the course counts from 1 where the rate decays
    var schedule = new LambdaLR(optimizer, epoch -> factor.applyAsDouble(epoch + 1));
    var curvature = tensor(2.0, 4);
    var trace = new Trace(name, new double[steps + 1], new double[steps + 1]);
    for (int i = 0; i <= steps; i++) {
        trace.x1[i] = x.detach().select(0, 0).item();
        trace.x2[i] = x.detach().select(0, 1).item();
        x.setGrad(x.detach().mul(curvature).add(randn(2)));
        optimizer.step();
        schedule.step();
    }
    return trace;
}

Plot show(Trace trace) {
    return Plot.contour((a, b) -> a * a + 2 * b * b, -5.5, 1, -3, 1,
            a -> a.path(trace.x1, trace.x2, "").xLabel("x1").yLabel("x2").title(trace.name));
}

void main() throws IOException {
    // the course's figures are of other random numbers: 0.020569, 0.227895; -0.998659, 0.023408; -0.174174, -0.000615
    var constant = descend("constant", 50, t -> 1);
    IO.println("constant rate:    " + constant.end());
    var exponential = descend("exponential decay", 1000, t -> Math.exp(-0.1 * t));
    IO.println("exponential:      " + exponential.end());
    var polynomial = descend("polynomial decay", 50, t -> Math.pow(1 + 0.1 * t, -0.5));
    IO.println("polynomial:       " + polynomial.end());
    // a constant rate ends anywhere in the noise; an exponential one stops before it arrives
    IO.println("it has come near: " + (constant.distance() < 1.5));             //> it has come near: true
    IO.println("stopped early: " + (exponential.x1[1000] < -0.3 && Math.abs(exponential.x1[1000] - exponential.x1[200]) < 1e-4));
    //> stopped early: true
    IO.println("polynomial decay is near: " + (polynomial.distance() < 0.8));   //> polynomial decay is near: true
    Plot.panels(3, show(constant), show(exponential), show(polynomial)).size(1000, 320).save("sgd.svg");

    // sampling with replacement misses an example in a share 1 / e of all epochs
    manualSeed(1);
    var counts = randint(0, 100_000, 100_000).bincount(null, 100_000);
    IO.println("missed: %.2f".formatted(counts.eq(0).sum().item() / 100_000));     //> missed: 0.37
}
