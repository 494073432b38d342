use hsr::audit::*;
use hsr::model::*;
use hsr::number::*;
use hsr::witness::Case;
#[test]
fn all() {
    let t = std::time::Instant::now();
    for e in equations::<Field>() {
        for biases in [true, false] {
            let t0 = std::time::Instant::now();
            let r = exact(e.name, Activation::Tanh, biases, 3, 1);
            println!(
                "{:32} {} pts {} deg {} log {:.1} {:?} {:?}",
                e.name,
                biases,
                r.points,
                r.degree,
                r.log10_probability,
                r.failure,
                t0.elapsed()
            );
        }
    }
    println!("{:?}", t.elapsed());
    let shape = Shape { samples: 20, inputs: 4, hidden: 5, classes: 3, biases: true };
    let c = Case::<f64>::random(shape, Activation::Gelu, 3);
    let mut b = c.batch.clone();
    b.y = nalgebra::DMatrix::from_fn(20, 3, |n, k| if n % 3 == k { 1.0 } else { 0.0 });
    let p = Point::new("random", &c.network, &b, 3);
    for e in equations::<Field>() {
        let t0 = std::time::Instant::now();
        let r = float(e.name, &p, 1);
        println!("{:32} {:?} {:?}", e.name, r, t0.elapsed());
    }
}
