import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 8.7, Backpropagation Through Time: of h_t = w x_t + u h_(t-1), the gradient by u at the last step
 * is the sum of u^(T - t) h_(t-1) over all steps, which truncation cuts off.
 */
void main() {
    double u = 0.5;
    double[] x = {1, 2, -1, 3};
    var weight = tensor(u).requiresGrad_();
    var h = zeros();
    for (double value : x) {
        h = weight.mul(h).add(value);
    }
    h.backward();

    double sum = 0;
    double state = 0;
    var states = new ArrayList<Double>();
    for (double value : x) {
        states.add(state);
        state = u * state + value;
    }
    for (int t = 0; t < x.length; t++) {
        sum += Math.pow(u, x.length - 1 - t) * states.get(t);
    }
    IO.println(h.item() + " " + state);                             //> 3.125 3.125
    IO.println(weight.grad().item() + " " + sum);                   //> 1.75 1.75

    // truncated after two steps: the state before them is a constant
    var truncated = tensor(u).requiresGrad_();
    var g = zeros();
    for (int t = 0; t < x.length; t++) {
        g = truncated.mul(t == x.length - 2 ? g.detach() : g).add(x[t]);
    }
    g.backward();
    IO.println(truncated.grad().item() + " " + (states.get(3) + u * states.get(2)));        //> 1.5 1.5

    // a power of the weights: gradients vanish below 1, and explode above it
    for (double factor : new double[] {0.5, 1.5}) {
        var w = eye(3).mul(factor).requiresGrad_();
        var s = ones(1, 3);
        for (int t = 0; t < 40; t++) {
            s = s.matmul(w);
        }
        s.sum().backward();
        IO.println(w.grad().norm().item() > 1 ? "explodes" : "vanishes");
    }
    //> vanishes
    //> explodes
}
