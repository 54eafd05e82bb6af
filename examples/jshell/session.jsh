import module fathom
import static fathom.Tensors.*
var x = tensor(1.0, 2.0, 3.0).requiresGrad_()
x.mul(x).sum().backward()
IO.println(x.grad())
Fathom.backends().forEach(b -> IO.println(b.name() + ": " + b.status()))
