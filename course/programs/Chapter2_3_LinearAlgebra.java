import module fathom;
import static fathom.Tensors.*;

/** The course's section 2.3, Linear Algebra: every example with what it prints. */
void main() {
    // Scalars
    var x = tensor(3.0);
    var y = tensor(2.0);
    IO.println(x.add(y));                           //> tensor(5.)
    IO.println(x.mul(y));                           //> tensor(6.)
    IO.println(x.div(y));                           //> tensor(1.5000)
    IO.println(x.pow(y));                           //> tensor(9.)

    // Vectors
    var v = arange(4);
    IO.println(v);                                  //> tensor([0, 1, 2, 3])
    IO.println(v.get(3));                           //> tensor(3)
    IO.println(v.size(0));                          //> 4
    IO.println(v.shape());                          //> [4]

    // Matrices
    var M = arange(20).reshape(5, 4);
    IO.println(M);
    //> tensor([[ 0,  1,  2,  3],
    //>         [ 4,  5,  6,  7],
    //>         [ 8,  9, 10, 11],
    //>         [12, 13, 14, 15],
    //>         [16, 17, 18, 19]])
    IO.println(M.t());
    //> tensor([[ 0,  4,  8, 12, 16],
    //>         [ 1,  5,  9, 13, 17],
    //>         [ 2,  6, 10, 14, 18],
    //>         [ 3,  7, 11, 15, 19]])
    var B = tensor(new int[][] {{1, 2, 3}, {2, 0, 4}, {3, 4, 5}});
    IO.println(B.eq(B.t()));
    //> tensor([[True, True, True],
    //>         [True, True, True],
    //>         [True, True, True]])

    // Tensors
    IO.println(arange(24).reshape(2, 3, 4));
    //> tensor([[[ 0,  1,  2,  3],
    //>          [ 4,  5,  6,  7],
    //>          [ 8,  9, 10, 11]],
    //>
    //>         [[12, 13, 14, 15],
    //>          [16, 17, 18, 19],
    //>          [20, 21, 22, 23]]])

    // Basic properties of tensor arithmetic
    var A = arange(20, FLOAT32).reshape(5, 4);
    var C = A.clone();
    IO.println(A.add(C));
    //> tensor([[ 0.,  2.,  4.,  6.],
    //>         [ 8., 10., 12., 14.],
    //>         [16., 18., 20., 22.],
    //>         [24., 26., 28., 30.],
    //>         [32., 34., 36., 38.]])
    IO.println(A.mul(C));
    //> tensor([[  0.,   1.,   4.,   9.],
    //>         [ 16.,  25.,  36.,  49.],
    //>         [ 64.,  81., 100., 121.],
    //>         [144., 169., 196., 225.],
    //>         [256., 289., 324., 361.]])
    var X = arange(24).reshape(2, 3, 4);
    IO.println(X.add(2));
    //> tensor([[[ 2,  3,  4,  5],
    //>          [ 6,  7,  8,  9],
    //>          [10, 11, 12, 13]],
    //>
    //>         [[14, 15, 16, 17],
    //>          [18, 19, 20, 21],
    //>          [22, 23, 24, 25]]])
    IO.println(X.mul(2).shape());                   //> [2, 3, 4]

    // Reduction
    var s = arange(4, FLOAT32);
    IO.println(s.sum());                            //> tensor(6.)
    IO.println(A.sum());                            //> tensor(190.)
    IO.println(A.sum(0));                           //> tensor([40., 45., 50., 55.])
    IO.println(A.sum(1));                           //> tensor([ 6., 22., 38., 54., 70.])
    IO.println(A.sum(dims(0, 1)));                  //> tensor(190.)
    IO.println(A.mean());                           //> tensor(9.5000)
    IO.println(A.sum().div(A.numel()));             //> tensor(9.5000)
    IO.println(A.mean(0));                          //> tensor([ 8.,  9., 10., 11.])
    IO.println(A.sum(0).div(A.size(0)));            //> tensor([ 8.,  9., 10., 11.])
    var rows = A.sum(1, KEEP_DIM);
    IO.println(rows);
    //> tensor([[ 6.],
    //>         [22.],
    //>         [38.],
    //>         [54.],
    //>         [70.]])
    IO.println(A.div(rows));
    //> tensor([[0.0000, 0.1667, 0.3333, 0.5000],
    //>         [0.1818, 0.2273, 0.2727, 0.3182],
    //>         [0.2105, 0.2368, 0.2632, 0.2895],
    //>         [0.2222, 0.2407, 0.2593, 0.2778],
    //>         [0.2286, 0.2429, 0.2571, 0.2714]])
    IO.println(A.cumsum(0));
    //> tensor([[ 0.,  1.,  2.,  3.],
    //>         [ 4.,  6.,  8., 10.],
    //>         [12., 15., 18., 21.],
    //>         [24., 28., 32., 36.],
    //>         [40., 45., 50., 55.]])

    // Products
    var ones = ones(4);
    IO.println(s.dot(ones));                        //> tensor(6.)
    IO.println(s.mul(ones).sum());                  //> tensor(6.)
    IO.println(A.mv(s));                            //> tensor([ 14.,  38.,  62.,  86., 110.])
    IO.println(A.mm(ones(4, 3)));
    //> tensor([[ 6.,  6.,  6.],
    //>         [22., 22., 22.],
    //>         [38., 38., 38.],
    //>         [54., 54., 54.],
    //>         [70., 70., 70.]])

    // Norms
    var u = tensor(3.0, -4.0);
    IO.println(u.norm());                           //> tensor(5.)
    IO.println(u.abs().sum());                      //> tensor(7.)
    IO.println(ones(4, 9).norm());                  //> tensor(6.)
}
