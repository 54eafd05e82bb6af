import module fathom;
import static fathom.Tensors.*;

/** The course's section 2.4, Calculus: the numerical limit, and the derivative that it tends to. */
Tensor f(Tensor x) {
    return x.pow(2).mul(3).sub(x.mul(4));           // 3 x^2 - 4 x
}

void main() {
    double h = 0.1;
    var one = tensor(new double[] {1}, FLOAT64);
    for (int i = 0; i < 5; i++) {
        double limit = f(one.add(h)).sub(f(one)).item() / h;
        IO.println("h=%.5f, numerical limit=%.5f".formatted(h, limit));
        h *= 0.1;
    }
    //> h=0.10000, numerical limit=2.30000
    //> h=0.01000, numerical limit=2.03000
    //> h=0.00100, numerical limit=2.00300
    //> h=0.00010, numerical limit=2.00030
    //> h=0.00001, numerical limit=2.00003
    IO.println(Autograd.grad(x -> f(x).sum()).apply(tensor(new double[] {1})).detach());    //> tensor([2.])

    // the gradient of a function of several variables, and the chain rule
    var x = tensor(1.0, 2, 3);
    IO.println(Autograd.jacobian(t -> t.dot(t), x));                //> tensor([2., 4., 6.])
    var A = arange(6, FLOAT32).reshape(2, 3);
    IO.println(Autograd.jacobian(t -> A.mv(t), x).equal(A));        //> true
    IO.println(Autograd.jacobian(t -> t.sin().exp(), x).diagonal().allclose(x.sin().exp().mul(x.cos())));   //> true
}
