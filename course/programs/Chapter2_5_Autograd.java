import module fathom;
import static fathom.Tensors.*;

/** The course's section 2.5, Automatic Differentiation: every example with what it prints. */
Tensor f(Tensor a) {
    var b = a.mul(2);
    while (b.norm().item() < 1000) {
        b = b.mul(2);
    }
    return b.sum().item() > 0 ? b : b.mul(100);
}

void main() {
    // A simple example
    var x = arange(4, FLOAT32);
    IO.println(x);                                  //> tensor([0., 1., 2., 3.])
    x.requiresGrad_();
    IO.println(x.grad());                           //> null
    var y = x.dot(x).mul(2);
    IO.println(y.detach());                         //> tensor(28.)
    y.backward();
    IO.println(x.grad());                           //> tensor([ 0.,  4.,  8., 12.])
    IO.println(x.grad().eq(x.mul(4)));              //> tensor([True, True, True, True])
    x.grad().zero_();
    x.sum().backward();
    IO.println(x.grad());                           //> tensor([1., 1., 1., 1.])

    // Backward for non-scalar variables
    x.grad().zero_();
    y = x.mul(x);
    y.sum().backward();                             // the same as y.backward(ones(4))
    IO.println(x.grad());                           //> tensor([0., 2., 4., 6.])

    // Detaching computation
    x.grad().zero_();
    y = x.mul(x);
    var u = y.detach();
    var z = u.mul(x);
    z.sum().backward();
    IO.println(x.grad().eq(u));                     //> tensor([True, True, True, True])
    x.grad().zero_();
    y.sum().backward();
    IO.println(x.grad().eq(x.mul(2)));              //> tensor([True, True, True, True])

    // The gradient of Java control flow
    manualSeed(0);                                  // where a is negative, 100 b is rounded, and the last line may be false
    var a = randn().requiresGrad_();
    var d = f(a);
    d.backward();
    IO.println(a.grad().eq(d.div(a)));              //> tensor(True)
}
